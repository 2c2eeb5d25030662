//! A rayon pool whose threads are our Workers, and the error that a job's caller gets when one of them fails.

use std::fmt;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[cfg(not(target_feature = "atomics"))]
use super::alone::work_alone;
use super::error::PoolError;
#[cfg(not(target_feature = "atomics"))]
use super::error::SpawnError;
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
/// use rayon::prelude::*;
/// use wasm_cleave::threads::{Pool, PoolError};
///
/// async fn sum(numbers: Vec<u64>) -> Result<u64, PoolError> {
///     let pool = Pool::new(4).await?;
///     let sum = pool.run(move || numbers.par_iter().sum()).await?;
///     pool.end().await?;
///     Ok(sum)
/// }
/// ```
///
/// Where no thread can share the memory (the page is not isolated, or the program is not built for threads), it has no
/// threads and runs jobs on the caller's: the program works, in one thread. The console says so, once.
///
/// Dropping it lets its threads end when they are idle; [`end`](Self::end) waits for that.
pub struct Pool {
    #[cfg(target_feature = "atomics")]
    workers: Option<Workers>,
}

impl Pool {
    /// Starts a pool of `threads` threads, or of as many as the machine has cores if that is 0, and waits until they run.
    ///
    /// # Errors
    /// When threads fail to start, or do not start in time. Those that have started end.
    pub async fn new(threads: usize) -> Result<Self, PoolError> {
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
    pub fn threads(&self) -> usize {
        #[cfg(target_feature = "atomics")]
        return self.workers.as_ref().map_or(0, Workers::count);
        #[cfg(not(target_feature = "atomics"))]
        0
    }

    /// Runs `job` on one of the pool's threads, where rayon's parallel iterators use the pool. The caller, which may be
    /// the page, does not block.
    ///
    /// # Errors
    /// When a thread of the pool has failed, usually by a panic: nobody can tell then which jobs were lost, so all
    /// that are under way are given up, and the pool takes no further ones.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        #[cfg(target_feature = "atomics")]
        if let Some(workers) = &self.workers {
            return workers.run(job).await;
        }
        Ok(job())
    }

    /// Ends the threads once they are idle, and waits for that. Their stacks are given back.
    ///
    /// # Errors
    /// When a thread has failed; the others end all the same.
    pub async fn end(self) -> Result<(), PoolError> {
        #[cfg(target_feature = "atomics")]
        if let Some(workers) = self.workers {
            return workers.end().await;
        }
        Ok(())
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("threads", &self.threads())
            .finish_non_exhaustive()
    }
}

/// Makes rayon's global pool of `threads` threads, or of as many as the machine has cores if that is 0, and waits until
/// they run. Returns how many there are.
///
/// Where no thread can share the memory, jobs run on the caller's thread, and the answer is 1. The console says so, once.
///
/// To be called once, before anything uses rayon. On the page use [`run`]; what calls rayon there directly makes the
/// page spin until all is done.
///
/// # Errors
/// When there is a global pool already, or threads fail to start, or do not start in time.
pub async fn init(threads: usize) -> Result<usize, PoolError> {
    #[cfg(target_feature = "atomics")]
    return workers::init(threads).await;
    #[cfg(not(target_feature = "atomics"))]
    {
        let _ = threads;
        work_alone(&SpawnError::not_built());
        Ok(rayon::current_num_threads())
    }
}

/// Makes rayon's global pool: [`init`] for JavaScript. Resolves to the number of threads.
#[wasm_bindgen(js_name = initThreadPool)]
#[doc(hidden)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn init_thread_pool(threads: usize) -> Promise {
    js_sys::futures::future_to_promise(async move {
        let count = init(threads).await?;
        Ok(JsValue::from_f64(count as f64))
    })
}

/// Runs `job` on a thread of rayon's global pool. The caller, which may be the page, does not block.
///
/// # Errors
/// As [`Pool::run`]. Only the thread that called [`init`] learns of failures.
pub async fn run<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PoolError> {
    #[cfg(target_feature = "atomics")]
    return workers::run_global(job).await;
    #[cfg(not(target_feature = "atomics"))]
    Ok(job())
}

impl Split {
    /// Loads it now, on this thread and on all threads of the rayon pools that this thread has made: none of them will
    /// have to compile it in the middle of a job. Threads with an event loop get compiled chunks by themselves.
    ///
    /// Takes as long as the pools need to finish what they are at.
    ///
    /// # Errors
    /// When the load fails.
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
