//! What the thread that made a pool knows of the pool's threads.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::error::JoinError;
use super::handle::JoinHandle;
use super::pool_error::PoolError;
use crate::js;
use crate::time::Millis;

/// How often a wait for shared memory checks whether a thread has failed.
pub(super) const CHECK_INTERVAL: Millis = Millis(1_000.0);

/// Which threads of a pool run, whether one has failed, and which tasks wait for a change. On the thread that made the pool.
#[derive(Default)]
pub(super) struct PoolStatus {
    running: Cell<usize>,
    /// Whether the pool has been shut down.
    pub(super) is_over: Cell<bool>,
    failure: RefCell<Option<JoinError>>,
    waiting: Cell<Vec<Waker>>,
}

impl PoolStatus {
    pub(super) fn watch(self: Rc<Self>, handle: JoinHandle<()>) {
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

    pub(super) fn check(&self) -> Result<(), PoolError> {
        match &*self.failure.borrow() {
            Some(error) => Err(PoolError::failed(error)),
            None => Ok(()),
        }
    }

    /// The result of `work`, or the failure of a thread.
    pub(super) async fn unless_failed<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, PoolError> {
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
    pub(super) async fn ended(&self) {
        let ended = || self.until(|| self.running.get() == 0);
        // In Node nothing but the timer keeps the program running.
        while js::within(CHECK_INTERVAL, ended()).await.is_none() {}
    }

    /// Waits until the pool has been shut down.
    pub(super) async fn over(&self) {
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

    pub(super) fn wake(&self) {
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
