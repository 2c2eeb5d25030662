//! Threads: Workers that share the program's module and memory, each with an instance of its own.
//!
//! [`spawn`] runs a closure on a new thread, [`spawn_async`] a future; the [`JoinHandle`] that they return is a future of
//! the result. With the feature `rayon`, `init_thread_pool` starts rayon's global pool, `Pool` is a pool of its own, and
//! `install` runs a job there. Nothing here blocks the caller, which may be the page.
//!
//! Threads need shared memory, which programs built by `wasm-cleave build --threads` have. In other programs the same code
//! compiles, but no thread starts, and `accept`, `connect`, `coordinate` and `disconnect` do not exist.

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
mod handoff;
#[cfg(all(feature = "rayon", target_feature = "atomics"))]
mod jobs;
#[cfg(target_feature = "atomics")]
mod js;
#[cfg(feature = "rayon")]
mod pool;
#[cfg(feature = "rayon")]
mod pool_error;
#[cfg(all(feature = "rayon", target_feature = "atomics"))]
mod pool_status;
#[cfg(target_feature = "atomics")]
mod ports;
#[cfg(target_feature = "atomics")]
pub(crate) mod room;
#[cfg(target_feature = "atomics")]
mod start;
#[cfg(all(feature = "rayon", target_feature = "atomics"))]
mod waiting_workers;
#[cfg(all(feature = "rayon", target_feature = "atomics"))]
pub(crate) mod workers;

#[cfg(not(target_feature = "atomics"))]
pub use absent::{Builder, JoinHandle};
pub use error::{JoinError, JoinErrorKind, SpawnError, SpawnErrorKind};
#[cfg(target_feature = "atomics")]
pub use handle::JoinHandle;
#[cfg(feature = "rayon")]
pub use pool::{Pool, init_thread_pool, install};
#[cfg(feature = "rayon")]
pub use pool_error::{PoolError, PoolErrorKind};
#[cfg(target_feature = "atomics")]
pub use ports::{accept, connect, coordinate, disconnect};
#[cfg(target_feature = "atomics")]
pub use start::Builder;

/// Starts a thread that runs `work`, with the defaults of [`Builder`].
///
/// ```no_run
/// # async fn sum(numbers: Vec<u64>) -> Result<u64, Box<dyn std::error::Error>> {
/// let handle = wasm_cleave::threads::spawn(move || numbers.iter().sum())?;
/// Ok(handle.await?)
/// # }
/// ```
///
/// # Errors
/// When the engine refuses to start a Worker that shares the memory, there is no room for a stack, or the program is not
/// built for threads.
pub fn spawn<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, SpawnError> {
    Builder::new().spawn(work)
}

/// Starts a thread that runs the future made by `work` on its own event loop, with the defaults of [`Builder`].
///
/// ```no_run
/// # #[wasm_cleave::wasm_split(parse)]
/// # fn parse(text: String) -> usize { text.len() }
/// # async fn start(text: String) -> Result<usize, Box<dyn std::error::Error>> {
/// let handle = wasm_cleave::threads::spawn_async(|| async { parse(text).await })?;
/// Ok(handle.await??)
/// # }
/// ```
///
/// # Errors
/// When the engine refuses to start a Worker that shares the memory, there is no room for a stack, or the program is not
/// built for threads.
pub fn spawn_async<F>(
    work: impl FnOnce() -> F + Send + 'static,
) -> Result<JoinHandle<F::Output>, SpawnError>
where
    F: Future + 'static,
    F::Output: Send + 'static,
{
    Builder::new().spawn_async(work)
}
