//! What a pool runs: one job on one thread, or one action on every thread, and the wait for its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::ThreadPool;

use super::handoff::Handoff;
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
    work: Handoff<F>,
    result: Handoff<T>,
    done: AtomicU32,
}

impl<T, F: FnOnce() -> T> Job<T, F> {
    pub(super) fn new(work: F) -> Arc<Self> {
        Arc::new(Job {
            work: Handoff::of(work),
            result: Handoff::default(),
            done: AtomicU32::new(0),
        })
    }

    pub(super) fn run(&self) {
        if let Some(work) = self.work.take() {
            self.result.put(work());
        }
        // Release: pairs with the acquire of `result`.
        self.done.store(1, Ordering::Release);
        wait::notify(&self.done);
    }

    pub(super) async fn result(self: Arc<Self>) -> T {
        loop {
            if self.done.load(Ordering::Acquire) == 1
                && let Some(value) = self.result.take()
            {
                return value;
            }
            wait::changed(&self.done, 0, CHECK_INTERVAL).await;
        }
    }
}
