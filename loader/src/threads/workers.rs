//! How a pool starts, runs jobs, and ends.
//!
//! A thread takes time to start, and starts only when its starter is back on the event loop. So all threads are started
//! first and wait, blocked, each in a *slot*; when all wait, the pool is built, and each slot is assigned its part in it.

use std::cell::RefCell;
use std::num::NonZero;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::jobs::{Broadcast, Job};
use super::pool_error::PoolError;
use super::pool_status::PoolStatus;
use super::waiting_workers::WaitingWorkers;
use crate::js;
use crate::time::Millis;

/// How long the threads of a pool in which one has failed may take to end by themselves.
const END_LIMIT: Millis = Millis(1_000.0);

/// Whether there is a global pool of this module's threads.
static HAS_GLOBAL: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The pools that this thread has made, for what has to reach all of their threads.
    static POOLS: RefCell<Vec<(Weak<ThreadPool>, Rc<PoolStatus>)>> = const { RefCell::new(Vec::new()) };
    /// The global pool, if this thread has made it.
    static GLOBAL: RefCell<Option<Rc<PoolStatus>>> = const { RefCell::new(None) };
}

/// A pool with threads.
pub(super) struct Workers {
    pool: Rc<ThreadPool>,
    status: Rc<PoolStatus>,
}

impl Workers {
    /// `None` where no thread can share the memory.
    pub(super) async fn start(threads: Option<NonZero<usize>>) -> Result<Option<Self>, PoolError> {
        let Some((waiting, status)) = WaitingWorkers::start(threads).await? else {
            return Ok(None);
        };
        let builder = ThreadPoolBuilder::new().num_threads(waiting.count());
        let built = builder
            .spawn_handler(|thread| waiting.assign(thread))
            .build();
        let pool = Rc::new(built.map_err(|error| PoolError::not_built(&error))?);
        POOLS.with_borrow_mut(|pools| {
            pools.retain(|(pool, _)| pool.strong_count() > 0);
            pools.push((Rc::downgrade(&pool), status.clone()));
        });
        Ok(Some(Workers { pool, status }))
    }

    pub(super) fn count(&self) -> usize {
        self.pool.current_num_threads()
    }

    pub(super) async fn install<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        self.status.check()?;
        let job = Job::new(job);
        let theirs = job.clone();
        self.pool.spawn(move || theirs.run());
        self.status.unless_failed(job.result()).await
    }

    pub(super) async fn shutdown(self) -> Result<(), PoolError> {
        let status = self.status.clone();
        drop(self);
        status.over().await;
        status.check()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        js::spawn(end(self.pool.clone(), self.status.clone()));
    }
}

/// Lets the threads of a pool end when they are idle.
async fn end(pool: Rc<ThreadPool>, status: Rc<PoolStatus>) {
    // A thread that fails takes its job along, which keeps the others in a dropped pool without end, where nothing reaches
    // them. So first all have to become idle.
    let idle = Broadcast::begin(&pool, || ());
    if status.unless_failed(idle.done()).await.is_err() {
        // Each ends by itself, between two jobs. In the middle of one it may hold the allocator's lock.
        Broadcast::begin(&pool, || wasm_bindgen::throw_str("the pool has failed"));
        js::within(END_LIMIT, status.ended()).await;
    }
    drop(pool);
    drop(status.unless_failed(status.ended()).await);
    status.is_over.set(true);
    status.wake();
}

pub(super) async fn init(threads: Option<NonZero<usize>>) -> Result<usize, PoolError> {
    let Some((waiting, status)) = WaitingWorkers::start(threads).await? else {
        return Ok(1);
    };
    let count = waiting.count();
    let builder = ThreadPoolBuilder::new().num_threads(count);
    // Waits until all have begun. They wait for it, so that takes hardly any time.
    let built = builder
        .spawn_handler(|thread| waiting.assign(thread))
        .build_global();
    built.map_err(|error| PoolError::already_started(&error))?;
    GLOBAL.set(Some(status));
    HAS_GLOBAL.store(true, Ordering::Relaxed);
    Ok(count)
}

pub(super) async fn install_global<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PoolError> {
    let status = GLOBAL.with_borrow(Clone::clone);
    if status.is_none() && !HAS_GLOBAL.load(Ordering::Relaxed) {
        // There is none, or it is rayon's own, which may be this thread alone.
        return Ok(job());
    }
    if let Some(status) = &status {
        status.check()?;
    }
    let job = Job::new(job);
    let theirs = job.clone();
    rayon::spawn(move || theirs.run());
    match status {
        Some(status) => status.unless_failed(job.result()).await,
        None => Ok(job.result().await),
    }
}

/// Runs `act` on every thread of every pool of this thread, and waits for that. Pools that fail are left out.
pub(crate) async fn on_all_threads(act: impl Fn() + Clone + Send + Sync + 'static) {
    let mut broadcasts = Vec::new();
    let pools = POOLS.with_borrow(Clone::clone);
    for (pool, status) in pools {
        if let Some(pool) = pool.upgrade() {
            broadcasts.push((Broadcast::begin(&pool, act.clone()), status));
        }
    }
    if let Some(status) = GLOBAL.with_borrow(Clone::clone) {
        let broadcast = Broadcast::new(act, rayon::current_num_threads());
        let theirs = broadcast.clone();
        rayon::spawn_broadcast(move |_| theirs.run());
        broadcasts.push((broadcast, status));
    }
    for (broadcast, status) in broadcasts {
        drop(status.unless_failed(broadcast.done()).await);
    }
}
