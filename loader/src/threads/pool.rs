//! A rayon pool whose threads are our Workers, and the error that a job's caller gets when one of them fails.

use std::fmt;
use std::num::NonZero;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[cfg(not(target_feature = "atomics"))]
use super::alone::work_alone;
#[cfg(not(target_feature = "atomics"))]
use super::error::SpawnError;
use super::pool_error::PoolError;
#[cfg(target_feature = "atomics")]
use super::workers::{self, Workers};
use crate::error::LoadError;
#[cfg(target_feature = "atomics")]
use crate::shared::link::link_here;
use crate::split::Split;
#[cfg(target_feature = "atomics")]
use crate::state;

/// A thread pool of its own. It belongs to the thread that made it.
///
/// ```no_run
/// use std::num::NonZero;
///
/// use rayon::prelude::*;
/// use wasm_cleave::threads::{Pool, PoolError};
///
/// async fn sum(numbers: Vec<u64>) -> Result<u64, PoolError> {
///     let pool = Pool::new(NonZero::new(4)).await?;
///     let sum = pool.install(move || numbers.par_iter().sum()).await?;
///     pool.shutdown().await?;
///     Ok(sum)
/// }
/// ```
///
/// If threads cannot share the memory (the page is not isolated, or the program is not built for threads), the pool has no
/// threads and runs jobs on the caller's: the program works, in one thread. The console says so, once.
///
/// Dropping it ends its threads when they are idle; [`shutdown`](Self::shutdown) waits for that.
pub struct Pool {
    #[cfg(target_feature = "atomics")]
    workers: Option<Workers>,
}

impl Pool {
    /// Starts a pool of `threads` threads, or of one for each core of the machine if that is `None`, and waits until they
    /// run.
    ///
    /// # Errors
    /// If threads fail to start, or do not start in time. Those that have started end.
    pub async fn new(threads: Option<NonZero<usize>>) -> Result<Self, PoolError> {
        #[cfg(target_feature = "atomics")]
        return Ok(Pool {
            workers: Workers::start(threads).await?,
        });
        #[cfg(not(target_feature = "atomics"))]
        {
            let _ = threads;
            work_alone(&SpawnError::not_built());
            Ok(Pool {})
        }
    }

    /// How many threads it has; 0 if jobs run on the caller's.
    #[must_use]
    pub fn num_threads(&self) -> usize {
        #[cfg(target_feature = "atomics")]
        return self.workers.as_ref().map_or(0, Workers::count);
        #[cfg(not(target_feature = "atomics"))]
        0
    }

    /// Runs `job` on one of the pool's threads, where rayon's parallel iterators use the pool: rayon's
    /// [`install`](rayon::ThreadPool::install) for callers that must not block, such as the page.
    ///
    /// The job starts when the future is first polled. Dropping the future does not stop it.
    ///
    /// # Errors
    /// If a thread of the pool has failed, usually by a panic: it is unknown then which jobs were lost, so all that are
    /// under way fail, and the pool accepts no further ones.
    pub async fn install<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        #[cfg(target_feature = "atomics")]
        if let Some(workers) = &self.workers {
            return workers.install(job).await;
        }
        Ok(job())
    }

    /// Ends the threads once they are idle, and waits for that. Their stacks are freed.
    ///
    /// # Errors
    /// If a thread has failed; the others end all the same.
    pub async fn shutdown(self) -> Result<(), PoolError> {
        #[cfg(target_feature = "atomics")]
        if let Some(workers) = self.workers {
            return workers.shutdown().await;
        }
        Ok(())
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("num_threads", &self.num_threads())
            .finish_non_exhaustive()
    }
}

/// Starts rayon's global pool with `threads` threads, or with one for each core of the machine if that is `None`, and waits
/// until they run. Returns how many there are.
///
/// If threads cannot share the memory, jobs run on the caller's thread, and this returns 1. The console says so, once.
///
/// To be called once, before anything uses rayon. On the page use [`install`]; calling rayon there directly makes the page
/// spin until the work is done.
///
/// ```no_run
/// use wasm_cleave::threads::{self, PoolError};
///
/// async fn start() -> Result<(), PoolError> {
///     let threads = threads::init_thread_pool(None).await?;
///     println!("{threads} threads");
///     Ok(())
/// }
/// ```
///
/// # Errors
/// If there is a global pool already, or threads fail to start, or do not start in time.
pub async fn init_thread_pool(threads: Option<NonZero<usize>>) -> Result<usize, PoolError> {
    #[cfg(target_feature = "atomics")]
    return workers::init(threads).await;
    #[cfg(not(target_feature = "atomics"))]
    {
        let _ = threads;
        work_alone(&SpawnError::not_built());
        Ok(rayon::current_num_threads())
    }
}

/// [`init_thread_pool`] for JavaScript, where 0 or nothing stands for the number of cores. Resolves to the number of threads.
#[wasm_bindgen(js_name = initThreadPool)]
#[doc(hidden)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn init_thread_pool_for_js(threads: Option<usize>) -> Promise {
    js_sys::futures::future_to_promise(async move {
        let count = init_thread_pool(threads.and_then(NonZero::new)).await?;
        Ok(JsValue::from_f64(count as f64))
    })
}

/// Runs `job` on a thread of rayon's global pool. The caller, which may be the page, does not block.
///
/// ```no_run
/// use rayon::prelude::*;
/// use wasm_cleave::threads::{self, PoolError};
///
/// async fn sum(numbers: Vec<u64>) -> Result<u64, PoolError> {
///     threads::install(move || numbers.par_iter().sum()).await
/// }
/// ```
///
/// # Errors
/// As [`Pool::install`]. Only the thread that called [`init_thread_pool`] is notified of failures.
pub async fn install<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PoolError> {
    #[cfg(target_feature = "atomics")]
    return workers::install_global(job).await;
    #[cfg(not(target_feature = "atomics"))]
    Ok(job())
}

impl Split {
    /// Loads it now, on this thread and on all threads of the rayon pools that this thread has made: none of them has to
    /// compile it in the middle of a job. Threads with an event loop get compiled chunks by themselves.
    ///
    /// Takes as long as the pools need to finish their current jobs.
    ///
    /// ```no_run
    /// # #[wasm_cleave::wasm_split(filter)]
    /// # fn blur() {}
    /// # async fn start() -> Result<(), wasm_cleave::LoadError> {
    /// wasm_cleave::split!(filter).preload_on_all_threads().await
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the load fails.
    pub async fn preload_on_all_threads(&self) -> Result<(), LoadError> {
        self.preload().await?;
        #[cfg(target_feature = "atomics")]
        {
            let chunks = state::with(|loads| loads.needed_by(self.target()))?;
            workers::on_all_threads(move || link_here(&chunks)).await;
        }
        Ok(())
    }
}
