//! How a pool starts, runs jobs, and ends.
//!
//! A thread takes time to start, and starts only when its starter is back on the event loop. So all threads are started
//! first and wait, blocked, for a *seat* in the pool; when all have come, the pool is built, which hands out the seats.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuilder};

use super::alone::work_alone;
use super::error::{JoinError, PoolError};
use super::handle::Handle;
use super::js::parallelism;
use super::start::Builder;
use crate::js;
use crate::shared::wait;
use crate::time::Millis;

/// How long all threads together may take to start.
const START_LIMIT: Millis = Millis(30_000.0);

/// How long the threads of a pool in which one has failed may take to end by themselves.
const END_LIMIT: Millis = Millis(1_000.0);

/// How often somebody who waits for shared memory looks whether a thread has failed.
const LOOK_AFTER: Millis = Millis(1_000.0);

const CANNOT_START: &str = "cannot start a thread pool";
const FAILED: &str = "the thread pool failed";

/// Whether there is a global pool of this module's threads.
static HAS_GLOBAL: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The pools that this thread has made, for those who want to reach all of their threads.
    static POOLS: RefCell<Vec<(Weak<ThreadPool>, Rc<Health>)>> = const { RefCell::new(Vec::new()) };
    /// The global pool, if this thread has made it.
    static GLOBAL: RefCell<Option<Rc<Health>>> = const { RefCell::new(None) };
}

/// A pool with threads.
pub(super) struct Workers {
    pool: Rc<ThreadPool>,
    health: Rc<Health>,
}

impl Workers {
    /// `None` where no thread can share the memory.
    pub(super) async fn start(threads: usize) -> Result<Option<Self>, PoolError> {
        let Some((seats, health)) = Seats::fill(threads).await? else {
            return Ok(None);
        };
        let builder = ThreadPoolBuilder::new().num_threads(seats.0.len());
        let built = builder.spawn_handler(|thread| seats.hand(thread)).build();
        let pool = Rc::new(built.map_err(|error| PoolError::new(CANNOT_START, error))?);
        POOLS.with_borrow_mut(|pools| {
            pools.retain(|(pool, _)| pool.strong_count() > 0);
            pools.push((Rc::downgrade(&pool), health.clone()));
        });
        Ok(Some(Workers { pool, health }))
    }

    pub(super) fn count(&self) -> usize {
        self.pool.current_num_threads()
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        self.health.check()?;
        let job = Job::new(job);
        let theirs = job.clone();
        self.pool.spawn(move || theirs.run());
        self.health.unless_failed(job.result()).await
    }

    pub(super) async fn end(self) -> Result<(), PoolError> {
        let health = self.health.clone();
        drop(self);
        health.over().await;
        health.check()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        js::spawn(end(self.pool.clone(), self.health.clone()));
    }
}

/// Lets the threads of a pool end when they are idle.
async fn end(pool: Rc<ThreadPool>, health: Rc<Health>) {
    // A thread that fails takes its job along, which keeps the others in a dropped pool for ever, where nobody reaches
    // them. So first all have to become idle.
    let idle = Round::begin(&pool, || ());
    if health.unless_failed(idle.done()).await.is_err() {
        // Each ends by itself, between two jobs. In the middle of one it may hold the allocator's lock.
        Round::begin(&pool, || wasm_bindgen::throw_str("the pool has failed"));
        js::within(END_LIMIT, health.ended()).await;
    }
    drop(pool);
    drop(health.unless_failed(health.ended()).await);
    health.is_over.set(true);
    health.wake();
}

pub(super) async fn init(threads: usize) -> Result<usize, PoolError> {
    let Some((seats, health)) = Seats::fill(threads).await? else {
        return Ok(1);
    };
    let count = seats.0.len();
    let builder = ThreadPoolBuilder::new().num_threads(count);
    // Waits until all have sat down: they wait for it, so that takes no time to speak of.
    let built = builder
        .spawn_handler(|thread| seats.hand(thread))
        .build_global();
    built.map_err(|error| PoolError::new(CANNOT_START, error))?;
    GLOBAL.set(Some(health));
    HAS_GLOBAL.store(true, Ordering::Relaxed);
    Ok(count)
}

pub(super) async fn run_global<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PoolError> {
    let health = GLOBAL.with_borrow(Clone::clone);
    if health.is_none() && !HAS_GLOBAL.load(Ordering::Relaxed) {
        // There is none, or it is rayon's own, which may be this thread alone.
        return Ok(job());
    }
    if let Some(health) = &health {
        health.check()?;
    }
    let job = Job::new(job);
    let theirs = job.clone();
    rayon::spawn(move || theirs.run());
    match health {
        Some(health) => health.unless_failed(job.result()).await,
        None => Ok(job.result().await),
    }
}

/// Runs `act` on every thread of every pool of this thread, and waits for that. Pools that fail are left out.
pub(crate) async fn on_all_threads(act: impl Fn() + Clone + Send + Sync + 'static) {
    let mut rounds = Vec::new();
    let pools = POOLS.with_borrow(Clone::clone);
    for (pool, health) in pools {
        if let Some(pool) = pool.upgrade() {
            rounds.push((Round::begin(&pool, act.clone()), health));
        }
    }
    if let Some(health) = GLOBAL.with_borrow(Clone::clone) {
        let round = Round::new(act, rayon::current_num_threads());
        let theirs = round.clone();
        rayon::spawn_broadcast(move |_| theirs.run());
        rounds.push((round, health));
    }
    for (round, health) in rounds {
        drop(health.unless_failed(round.done()).await);
    }
}

/// What every thread of a pool does once, between two jobs.
struct Round<F> {
    act: F,
    /// How many threads have not done it yet.
    left: AtomicU32,
}

impl<F: Fn() + Send + Sync + 'static> Round<F> {
    fn new(act: F, threads: usize) -> Arc<Self> {
        Arc::new(Round {
            act,
            left: AtomicU32::new(threads as u32),
        })
    }

    fn begin(pool: &ThreadPool, act: F) -> Arc<Self> {
        let round = Round::new(act, pool.current_num_threads());
        let theirs = round.clone();
        pool.spawn_broadcast(move |_| theirs.run());
        round
    }

    fn run(&self) {
        (self.act)();
        // Release: pairs with the acquire of `done`.
        self.left.fetch_sub(1, Ordering::Release);
        wait::notify(&self.left);
    }

    async fn done(&self) {
        loop {
            match self.left.load(Ordering::Acquire) {
                0 => return,
                seen => wait::changed(&self.left, seen, LOOK_AFTER).await,
            }
        }
    }
}

/// A closure on its way to the pool, and its result on the way back.
struct Job<T, F> {
    work: Mutex<Option<F>>,
    result: Mutex<Option<T>>,
    done: AtomicU32,
}

impl<T, F: FnOnce() -> T> Job<T, F> {
    fn new(work: F) -> Arc<Self> {
        Arc::new(Job {
            work: Mutex::new(Some(work)),
            result: Mutex::new(None),
            done: AtomicU32::new(0),
        })
    }

    // Each lock is taken by one thread at a time, so nobody ever waits for one.
    fn run(&self) {
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

    async fn result(self: Arc<Self>) -> T {
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
            wait::changed(&self.done, 0, LOOK_AFTER).await;
        }
    }
}

/// Threads that have started and wait for what rayon wants them to do.
struct Seats(Vec<Arc<Seat>>, Cell<usize>);

#[derive(Default)]
struct Seat {
    thread: Mutex<Option<ThreadBuilder>>,
    /// 1 when there is something to do, or never will be.
    handed: AtomicU32,
}

impl Seat {
    /// What the thread does.
    fn sit(&self) {
        while self.handed.load(Ordering::Acquire) == 0 {
            wait::block(&self.handed, 0, LOOK_AFTER);
        }
        let thread = self
            .thread
            .try_lock()
            .ok()
            .and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            thread.run();
        }
    }

    fn hand(&self, thread: Option<ThreadBuilder>) {
        if let Ok(mut place) = self.thread.try_lock() {
            *place = thread;
        }
        // Release: pairs with the acquire of `sit`.
        self.handed.store(1, Ordering::Release);
        wait::notify(&self.handed);
    }
}

impl Seats {
    /// Starts threads and waits until all have come; `None` if none can be started that shares the memory.
    async fn fill(threads: usize) -> Result<Option<(Self, Rc<Health>)>, PoolError> {
        let count = match threads {
            0 => parallelism().max(1),
            wanted => wanted,
        };
        let health = Rc::new(Health::default());
        let mut seats = Seats(Vec::new(), Cell::new(0));
        let come = Arc::new(AtomicU32::new(0));
        for number in 0..count {
            let seat = Arc::new(Seat::default());
            let (theirs, come) = (seat.clone(), come.clone());
            let name = String::from("rayon ") + &number.to_string();
            let started = Builder::new().name(name).of_pool().spawn(move || {
                come.fetch_add(1, Ordering::Relaxed);
                wait::notify(&come);
                theirs.sit();
            });
            match started {
                Ok(handle) => health.clone().watch(handle),
                Err(error) if number == 0 && error.is_unshared() => {
                    work_alone(&error);
                    return Ok(None);
                }
                Err(error) => {
                    // Those that have started end, and give their stacks back.
                    drop(seats);
                    js::within(START_LIMIT, health.ended()).await;
                    return Err(PoolError::new(CANNOT_START, error));
                }
            }
            seats.0.push(seat);
        }
        let all = async {
            loop {
                let seen = come.load(Ordering::Relaxed);
                if seen as usize == count {
                    return;
                }
                wait::changed(&come, seen, LOOK_AFTER).await;
            }
        };
        match js::within(START_LIMIT, health.unless_failed(all)).await {
            Some(Ok(())) => Ok(Some((seats, health))),
            Some(Err(error)) => Err(error.about(CANNOT_START)),
            None => {
                let come = come.load(Ordering::Relaxed);
                let why = format!(
                    "only {come} of {count} threads have started\n\
                     help: the thread that starts them must get to its event loop, and the engine may limit their number"
                );
                Err(PoolError::new(CANNOT_START, why))
            }
        }
    }

    /// Gives the next thread something to do; what rayon calls.
    fn hand(&self, thread: ThreadBuilder) -> std::io::Result<()> {
        let next = self.1.replace(self.1.get() + 1);
        match self.0.get(next) {
            Some(seat) => {
                seat.hand(Some(thread));
                Ok(())
            }
            None => Err(std::io::ErrorKind::Unsupported.into()),
        }
    }
}

/// Whoever has got nothing to do ends.
impl Drop for Seats {
    fn drop(&mut self) {
        let idle = self.0.iter().skip(self.1.get());
        idle.for_each(|seat| seat.hand(None));
    }
}

/// How the threads of a pool are, and which tasks wait for a change. On the thread that made the pool.
#[derive(Default)]
struct Health {
    running: Cell<usize>,
    /// Whether nobody waits for the threads any more.
    is_over: Cell<bool>,
    failure: RefCell<Option<JoinError>>,
    waiting: Cell<Vec<Waker>>,
}

impl Health {
    fn watch(self: Rc<Self>, handle: Handle<()>) {
        self.running.set(self.running.get() + 1);
        js::spawn(async move {
            let ended = handle.await;
            self.running.set(self.running.get() - 1);
            if let Err(error) = ended {
                self.failure.borrow_mut().get_or_insert(error);
            }
            self.wake();
        });
    }

    fn check(&self) -> Result<(), PoolError> {
        match &*self.failure.borrow() {
            Some(error) => Err(PoolError::new(FAILED, error)),
            None => Ok(()),
        }
    }

    /// What `work` comes to, or the failure of a thread.
    async fn unless_failed<T>(&self, work: impl Future<Output = T>) -> Result<T, PoolError> {
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(value) = work.as_mut().poll(context) {
                return Poll::Ready(Ok(value));
            }
            if let Err(error) = self.check() {
                return Poll::Ready(Err(error));
            }
            self.wait(context.waker());
            Poll::Pending
        })
        .await
    }

    /// Waits until all threads have ended.
    async fn ended(&self) {
        let ended = || self.until(|| self.running.get() == 0);
        // In Node nothing but the timer keeps the program running.
        while js::within(LOOK_AFTER, ended()).await.is_none() {}
    }

    /// Waits for the end of [`end`].
    async fn over(&self) {
        self.until(|| self.is_over.get()).await;
    }

    async fn until(&self, is_so: impl Fn() -> bool) {
        poll_fn(|context| {
            if is_so() {
                return Poll::Ready(());
            }
            self.wait(context.waker());
            Poll::Pending
        })
        .await
    }

    fn wake(&self) {
        self.waiting.take().into_iter().for_each(Waker::wake);
    }

    fn wait(&self, waker: &Waker) {
        let mut waiting = self.waiting.take();
        if !waiting.iter().any(|other| other.will_wake(waker)) {
            waiting.push(waker.clone());
        }
        self.waiting.set(waiting);
    }
}
