//! What can go wrong with a rayon pool.

use std::fmt;

#[cfg(target_feature = "atomics")]
use super::error::{JoinError, SpawnError};
use crate::error::impl_error;

/// Why a pool does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PoolErrorKind {
    /// Its threads did not start.
    NotStarted,
    /// There is a global pool already.
    AlreadyStarted,
    /// One of its threads has failed.
    ThreadFailed,
}

impl PoolErrorKind {
    fn name(self) -> &'static str {
        match self {
            PoolErrorKind::NotStarted => "NotStarted",
            PoolErrorKind::AlreadyStarted => "AlreadyStarted",
            PoolErrorKind::ThreadFailed => "ThreadFailed",
        }
    }
}

/// A thread pool could not be started, or has failed.
///
/// Converts into a JavaScript `Error` named `PoolError`, with the property `kind`.
///
/// ```no_run
/// use wasm_cleave::threads::{self, PoolErrorKind};
///
/// async fn sum(numbers: Vec<u64>) -> Option<u64> {
///     match threads::install(move || numbers.iter().sum()).await {
///         Ok(sum) => Some(sum),
///         Err(error) if error.kind() == PoolErrorKind::ThreadFailed => None, // a job has panicked
///         Err(error) => panic!("{error}; {}", error.help()),
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PoolError {
    kind: PoolErrorKind,
    why: String,
    help: &'static str,
}

#[cfg(target_feature = "atomics")]
impl PoolError {
    /// A thread of the pool has failed.
    pub(super) fn failed(thread: &JoinError) -> Self {
        PoolError {
            kind: PoolErrorKind::ThreadFailed,
            why: thread.to_string(),
            help: thread.help(),
        }
    }

    /// A thread could not be started.
    pub(super) fn not_started(thread: &SpawnError) -> Self {
        PoolError {
            kind: PoolErrorKind::NotStarted,
            why: thread.to_string(),
            help: thread.help(),
        }
    }

    /// A thread failed while the pool started.
    pub(super) fn before_start(self) -> Self {
        PoolError {
            kind: PoolErrorKind::NotStarted,
            ..self
        }
    }

    /// Some threads did not start in time.
    pub(super) fn late(started: u32, count: usize) -> Self {
        PoolError {
            kind: PoolErrorKind::NotStarted,
            why: format!("only {started} of {count} threads have started"),
            help: "the thread that starts them must reach its event loop, and the engine may limit their number",
        }
    }

    /// rayon could not build a pool of threads that have started.
    pub(super) fn not_built(error: &rayon::ThreadPoolBuildError) -> Self {
        PoolError {
            kind: PoolErrorKind::NotStarted,
            why: error.to_string(),
            help: "make the pool on a thread that belongs to no other pool",
        }
    }

    /// rayon has a global pool already.
    pub(super) fn already_started(error: &rayon::ThreadPoolBuildError) -> Self {
        PoolError {
            kind: PoolErrorKind::AlreadyStarted,
            why: error.to_string(),
            help: "start the global pool once, before anything uses rayon",
        }
    }
}

impl PoolError {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> PoolErrorKind {
        self.kind
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.help
    }
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            PoolErrorKind::ThreadFailed => "the thread pool failed: ",
            PoolErrorKind::NotStarted | PoolErrorKind::AlreadyStarted => {
                "cannot start a thread pool: "
            }
        })?;
        f.write_str(&self.why)
    }
}

impl_error!(PoolError);
