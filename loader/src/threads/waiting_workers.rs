//! Starts the threads of a pool, which wait until rayon gives each its part.

use std::cell::Cell;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::ThreadBuilder;

use super::alone::work_alone;
use super::error::SpawnErrorKind;
use super::handoff::Handoff;
use super::js::parallelism;
use super::pool_error::PoolError;
use super::pool_status::{CHECK_INTERVAL, PoolStatus};
use super::start::Builder;
use crate::js;
use crate::shared::wait;
use crate::time::Millis;

/// How long all threads together may take to start.
const START_LIMIT: Millis = Millis(30_000.0);

/// Threads that have started and wait for their part in a pool.
pub(super) struct WaitingWorkers {
    slots: Vec<Arc<WorkerSlot>>,
    /// How many slots have been assigned.
    assigned: Cell<usize>,
}

/// Where one thread waits for its part in the pool.
#[derive(Default)]
struct WorkerSlot {
    thread: Handoff<ThreadBuilder>,
    /// 1 once the thread knows its part, or that it has none.
    is_assigned: AtomicU32,
}

impl WorkerSlot {
    /// Blocks the thread until it knows its part, and runs that.
    fn wait(&self) {
        while self.is_assigned.load(Ordering::Acquire) == 0 {
            wait::block(&self.is_assigned, 0, CHECK_INTERVAL);
        }
        if let Some(thread) = self.thread.take() {
            thread.run();
        }
    }

    fn assign(&self, thread: Option<ThreadBuilder>) {
        if let Some(thread) = thread {
            self.thread.put(thread);
        }
        // Release: pairs with the acquire of `wait`.
        self.is_assigned.store(1, Ordering::Release);
        wait::notify(&self.is_assigned);
    }
}

impl WaitingWorkers {
    /// Starts threads and waits until all wait in their slots; `None` if no thread can share the memory.
    pub(super) async fn start(
        threads: Option<NonZero<usize>>,
    ) -> Result<Option<(Self, Rc<PoolStatus>)>, PoolError> {
        let count = threads.map_or_else(|| parallelism().max(1), NonZero::get);
        let status = Rc::new(PoolStatus::default());
        let mut workers = WaitingWorkers {
            slots: Vec::new(),
            assigned: Cell::new(0),
        };
        let arrived = Arc::new(AtomicU32::new(0));
        for number in 0..count {
            let slot = Arc::new(WorkerSlot::default());
            let (theirs, arrived) = (slot.clone(), arrived.clone());
            let name = String::from("rayon ") + &number.to_string();
            let started = Builder::new().name(name).of_pool().spawn(move || {
                arrived.fetch_add(1, Ordering::Relaxed);
                wait::notify(&arrived);
                theirs.wait();
            });
            match started {
                Ok(handle) => status.clone().watch(handle),
                Err(error) if number == 0 && error.kind() == SpawnErrorKind::NotIsolated => {
                    work_alone(&error);
                    return Ok(None);
                }
                Err(error) => {
                    // Those that have started end, which frees their stacks.
                    drop(workers);
                    js::within(START_LIMIT, status.ended()).await;
                    return Err(PoolError::not_started(&error));
                }
            }
            workers.slots.push(slot);
        }
        let all = async {
            loop {
                let seen = arrived.load(Ordering::Relaxed);
                if seen as usize == count {
                    return;
                }
                wait::changed(&arrived, seen, CHECK_INTERVAL).await;
            }
        };
        match js::within(START_LIMIT, status.unless_failed(all)).await {
            Some(Ok(())) => Ok(Some((workers, status))),
            Some(Err(error)) => Err(error.before_start()),
            None => Err(PoolError::late(arrived.load(Ordering::Relaxed), count)),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.slots.len()
    }

    /// Gives the next thread its part in the pool; rayon calls it.
    pub(super) fn assign(&self, thread: ThreadBuilder) -> std::io::Result<()> {
        let next = self.assigned.replace(self.assigned.get() + 1);
        match self.slots.get(next) {
            Some(slot) => {
                slot.assign(Some(thread));
                Ok(())
            }
            None => Err(std::io::ErrorKind::Unsupported.into()),
        }
    }
}

/// The threads without a part end.
impl Drop for WaitingWorkers {
    fn drop(&mut self) {
        let idle = self.slots.iter().skip(self.assigned.get());
        idle.for_each(|slot| slot.assign(None));
    }
}
