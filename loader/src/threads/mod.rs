//! Starting threads: Workers that share the program's module and memory, each with an instance of its own.
//!
//! How a thread begins and ends:
//!
//! 1. [`Builder`] makes a [`Start`](start::Start), which holds the closure, and hands its address, the module and the
//!    memory to a new Worker. The file that the Worker runs is `wasm-cleave-worker.js`, which the splitter writes.
//! 2. The Worker instantiates main, which gives it a stack and thread-local data, and calls the export
//!    [`run`](start::run). That takes the closure out of the `Start` and runs it; what it returns goes to a place that
//!    the [`Handle`] knows, in shared memory.
//! 3. When the closure has returned (or its future is done), or has thrown, the Worker gives stack and thread-local
//!    data back, tells the thread that started it how it went, and closes.
//!
//! Whoever started the thread hears of its end by a message or an event, so it never blocks and may be the page.

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
pub use ports::{accept, connect, coordinate};
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
