//! What can go wrong with a thread: it does not start, or it ends without a result.

use std::fmt;

#[cfg(target_feature = "atomics")]
use wasm_bindgen::JsValue;

use crate::error::impl_error;
#[cfg(target_feature = "atomics")]
use crate::js;

/// Why a thread could not be started.
///
/// ```
/// use wasm_cleave::threads::{self, SpawnErrorKind};
///
/// fn start() {
///     match threads::spawn(|| 7) {
///         Ok(handle) => drop(handle), // it runs on
///         Err(error) if error.kind() == SpawnErrorKind::NoMemory => eprintln!("free memory, and try again"),
///         Err(error) => eprintln!("{error}; {}", error.help()),
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpawnErrorKind {
    /// The program is not built for threads.
    NotBuilt,
    /// The page may not share memory, because it is not isolated from other origins.
    NotIsolated,
    /// The engine may not run the program's script in a Worker, because it comes from another origin.
    OtherOrigin,
    /// The memory has no room for the thread's stack.
    NoMemory,
    /// The engine refused for another reason.
    Refused,
}

impl SpawnErrorKind {
    fn name(self) -> &'static str {
        match self {
            SpawnErrorKind::NotBuilt => "NotBuilt",
            SpawnErrorKind::NotIsolated => "NotIsolated",
            SpawnErrorKind::OtherOrigin => "OtherOrigin",
            SpawnErrorKind::NoMemory => "NoMemory",
            SpawnErrorKind::Refused => "Refused",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            SpawnErrorKind::NotBuilt => "build it with `wasm-cleave build --threads`",
            SpawnErrorKind::NotIsolated => {
                "memory can be shared only in pages that are served with the headers \
                 `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`"
            }
            SpawnErrorKind::OtherOrigin => {
                "serve the program's JavaScript from the page's own origin (chunks may come from elsewhere: \
                 `Config::base`), and let its Content-Security-Policy allow Workers from there"
            }
            SpawnErrorKind::NoMemory => {
                "free memory, ask for a smaller stack, or build with a larger `--max-memory`"
            }
            SpawnErrorKind::Refused => {
                "start threads on a page, on a Worker or in Node, and no more than the engine allows"
            }
        }
    }
}

/// A thread could not be started.
///
/// Converts into a JavaScript `Error` named `SpawnError`, with the property `kind`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SpawnError {
    kind: SpawnErrorKind,
    why: String,
}

impl SpawnError {
    pub(super) fn new(kind: SpawnErrorKind, why: impl Into<String>) -> Self {
        SpawnError {
            kind,
            why: why.into(),
        }
    }

    #[cfg(not(target_feature = "atomics"))]
    pub(super) fn not_built() -> Self {
        SpawnError::new(
            SpawnErrorKind::NotBuilt,
            "the program is not built for threads",
        )
    }

    /// What the engine has thrown instead of starting a Worker.
    #[cfg(target_feature = "atomics")]
    pub(super) fn thrown(thrown: &JsValue) -> Self {
        let name = js::get(thrown, "name").as_string().unwrap_or_default();
        let is_isolated = js::get(&js_sys::global(), "crossOriginIsolated") != JsValue::FALSE;
        let kind = match &*name {
            _ if !is_isolated => SpawnErrorKind::NotIsolated,
            "DataCloneError" => SpawnErrorKind::NotIsolated,
            "SecurityError" => SpawnErrorKind::OtherOrigin,
            _ => SpawnErrorKind::Refused,
        };
        SpawnError::new(kind, js::text(thrown))
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> SpawnErrorKind {
        self.kind
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.kind.help()
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot start a thread: ")?;
        f.write_str(&self.why)
    }
}

impl_error!(SpawnError);

/// Why a thread ended without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JoinErrorKind {
    /// [`JoinHandle::terminate`](super::JoinHandle::terminate) ended it.
    Terminated,
    /// Its Worker failed before the thread began.
    NotStarted,
    /// It panicked, trapped, or threw.
    Failed,
}

impl JoinErrorKind {
    fn name(self) -> &'static str {
        match self {
            JoinErrorKind::Terminated => "Terminated",
            JoinErrorKind::NotStarted => "NotStarted",
            JoinErrorKind::Failed => "Failed",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            JoinErrorKind::Terminated => "let the closure return instead, to get its result",
            JoinErrorKind::NotStarted => {
                "deploy all files of one `wasm-cleave` run together, on the page's own origin, and serve each with the \
                 header `Cross-Origin-Embedder-Policy: require-corp`"
            }
            JoinErrorKind::Failed => {
                "`RuntimeError: unreachable` is a panic; a panic hook prints its message"
            }
        }
    }
}

/// A thread ended without a result.
///
/// Converts into a JavaScript `Error` named `JoinError`, with the property `kind`.
///
/// ```no_run
/// use wasm_cleave::threads::{JoinErrorKind, JoinHandle};
///
/// async fn finish(handle: JoinHandle<u32>) -> Option<u32> {
///     match handle.await {
///         Ok(value) => Some(value),
///         Err(error) if error.kind() == JoinErrorKind::Terminated => None,
///         Err(error) => panic!("{error}; {}", error.help()),
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JoinError {
    name: Option<String>,
    kind: JoinErrorKind,
    why: String,
}

impl JoinError {
    #[cfg(target_feature = "atomics")]
    pub(super) fn new(name: Option<String>, kind: JoinErrorKind, why: String) -> Self {
        JoinError { name, kind, why }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> JoinErrorKind {
        self.kind
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.kind.help()
    }

    /// Whether [`JoinHandle::terminate`](super::JoinHandle::terminate) ended it.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.kind == JoinErrorKind::Terminated
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("thread ")?;
        if let Some(name) = &self.name {
            f.write_str("`")?;
            f.write_str(name)?;
            f.write_str("` ")?;
        }
        f.write_str(match self.kind {
            JoinErrorKind::Terminated => "was terminated",
            JoinErrorKind::NotStarted => "did not start: ",
            JoinErrorKind::Failed => "failed: ",
        })?;
        f.write_str(&self.why)
    }
}

impl_error!(JoinError);
