//! What a pool runs: one job on one thread, or one action on every thread, and the wait for its end.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use rayon::ThreadPool;

use super::pool_status::CHECK_INTERVAL;
use crate::shared::wait;

/// What every thread of a pool does once, between two jobs.
pub(super) struct Broadcast<F> {
    act: F,
    /// How many threads have not done it yet.
    left: AtomicU32,
}

impl<F: Fn() + Send + Sync + 'static> Broadcast<F> {
    pub(super) fn new(act: F, threads: usize) -> Arc<Self> {
        Arc::new(Broadcast {
            act,
            left: AtomicU32::new(threads as u32),
        })
    }

    pub(super) fn begin(pool: &ThreadPool, act: F) -> Arc<Self> {
        let broadcast = Broadcast::new(act, pool.current_num_threads());
        let theirs = broadcast.clone();
        pool.spawn_broadcast(move |_| theirs.run());
        broadcast
    }

    pub(super) fn run(&self) {
        (self.act)();
        // Release: pairs with the acquire of `done`.
        self.left.fetch_sub(1, Ordering::Release);
        wait::notify(&self.left);
    }

    pub(super) async fn done(&self) {
        loop {
            match self.left.load(Ordering::Acquire) {
                0 => return,
                seen => wait::changed(&self.left, seen, CHECK_INTERVAL).await,
            }
        }
    }
}

/// A closure on its way to the pool, and its result on the way back.
pub(super) struct Job<T, F> {
    work: Mutex<Option<F>>,
    result: Mutex<Option<T>>,
    done: AtomicU32,
}

impl<T, F: FnOnce() -> T> Job<T, F> {
    pub(super) fn new(work: F) -> Arc<Self> {
        Arc::new(Job {
            work: Mutex::new(Some(work)),
            result: Mutex::new(None),
            done: AtomicU32::new(0),
        })
    }

    // Each lock is taken by one thread at a time, so nobody ever waits for one.
    pub(super) fn run(&self) {
        let work = self.work.try_lock().ok().and_then(|mut work| work.take());
        if let Some(work) = work {
            let value = work();
            if let Ok(mut result) = self.result.try_lock() {
                *result = Some(value);
            }
        }
        // Release: pairs with the acquire of `result`.
        self.done.store(1, Ordering::Release);
        wait::notify(&self.done);
    }

    pub(super) async fn result(self: Arc<Self>) -> T {
        loop {
            if self.done.load(Ordering::Acquire) == 1 {
                let value = self
                    .result
                    .try_lock()
                    .ok()
                    .and_then(|mut value| value.take());
                if let Some(value) = value {
                    return value;
                }
            }
            wait::changed(&self.done, 0, CHECK_INTERVAL).await;
        }
    }
}
