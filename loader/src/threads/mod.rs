//! Threads: Workers that share the program's module and memory, each with an instance of its own.
//!
//! `spawn` runs a closure on a new thread, `spawn_async` a future; the handle that they return is a future of the
//! result. With the feature `rayon`, `init` starts its global pool, `Pool` another one, and `run` puts a job in. Nothing
//! here blocks the caller, who may be the page.
//!
//! What takes shared memory is there only in programs that are built for it, as `wasm-cleave build --threads` does.

#[cfg(target_feature = "atomics")]
mod handle;
#[cfg(target_feature = "atomics")]
mod js;
#[cfg(feature = "rayon")]
mod pool;
#[cfg(target_feature = "atomics")]
mod ports;
#[cfg(target_feature = "atomics")]
mod start;
#[cfg(all(feature = "rayon", target_feature = "atomics"))]
pub(crate) mod workers;

#[cfg(target_feature = "atomics")]
pub use handle::{Handle, JoinError};
#[cfg(feature = "rayon")]
pub use pool::{Pool, PoolError, init, run};
#[cfg(target_feature = "atomics")]
pub use ports::{accept, connect, coordinate, disconnect};
#[cfg(target_feature = "atomics")]
pub use start::{Builder, SpawnError};

/// Starts a thread that runs `work`, with the defaults of [`Builder`].
///
/// # Errors
/// When the engine refuses to start a Worker that shares the memory.
#[cfg(target_feature = "atomics")]
pub fn spawn<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Handle<T>, SpawnError> {
    Builder::new().spawn(work)
}

/// Starts a thread that runs the future made by `work` on its own event loop, with the defaults of [`Builder`].
///
/// # Errors
/// When the engine refuses to start a Worker that shares the memory.
#[cfg(target_feature = "atomics")]
pub fn spawn_async<F>(
    work: impl FnOnce() -> F + Send + 'static,
) -> Result<Handle<F::Output>, SpawnError>
where
    F: Future + 'static,
    F::Output: Send + 'static,
{
    Builder::new().spawn_async(work)
}
