//! Threads: Workers that share the program's module and memory, each with an instance of its own.
//!
//! `spawn` runs a closure on a new thread, `spawn_async` a future; the handle that they return is a future of the
//! result. With the feature `rayon`, `init` starts its global pool, `Pool` another one, and `run` puts a job in. Nothing
//! here blocks the caller, who may be the page.
//!
//! It takes memory that is shared, which programs have that are built by `wasm-cleave build --threads`. Elsewhere the same
//! code compiles, but no thread starts; the connections of threads that others start are not there.

#[cfg(not(target_feature = "atomics"))]
mod absent;
#[cfg(feature = "rayon")]
mod alone;
#[cfg(target_feature = "atomics")]
mod closure;
mod error;
#[cfg(target_feature = "atomics")]
mod handle;
#[cfg(target_feature = "atomics")]
mod js;
#[cfg(feature = "rayon")]
mod pool;
#[cfg(target_feature = "atomics")]
mod ports;
#[cfg(target_feature = "atomics")]
pub(crate) mod room;
#[cfg(target_feature = "atomics")]
mod start;
#[cfg(all(feature = "rayon", target_feature = "atomics"))]
pub(crate) mod workers;

#[cfg(not(target_feature = "atomics"))]
pub use absent::{Builder, Handle};
#[cfg(feature = "rayon")]
pub use error::PoolError;
pub use error::{JoinError, SpawnError};
#[cfg(target_feature = "atomics")]
pub use handle::Handle;
#[cfg(feature = "rayon")]
pub use pool::{Pool, init, run};
#[cfg(target_feature = "atomics")]
pub use ports::{accept, connect, coordinate, disconnect};
#[cfg(target_feature = "atomics")]
pub use start::Builder;

/// Starts a thread that runs `work`, with the defaults of [`Builder`].
///
/// # Errors
/// When the engine refuses to start a Worker that shares the memory, there is no room for a stack, or the program is not
/// built for threads.
pub fn spawn<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Handle<T>, SpawnError> {
    Builder::new().spawn(work)
}

/// Starts a thread that runs the future made by `work` on its own event loop, with the defaults of [`Builder`].
///
/// # Errors
/// When the engine refuses to start a Worker that shares the memory, there is no room for a stack, or the program is not
/// built for threads.
pub fn spawn_async<F>(
    work: impl FnOnce() -> F + Send + 'static,
) -> Result<Handle<F::Output>, SpawnError>
where
    F: Future + 'static,
    F::Output: Send + 'static,
{
    Builder::new().spawn_async(work)
}
