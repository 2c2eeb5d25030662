//! Which chunks a thread is loading, and which waiters need them: each load starts once, however many wait for it.
//!
//! Every waiter gets the result. A failure is not stored: the next waiter starts a new load. Another module decides whether
//! a chunk is ready; callers ask it before they wait here.
//!
//! Nothing here calls a waker or drops one: wakers are the user's code, so the caller gets them back.

use std::mem;
use std::task::{Poll, Waker};

use crate::error::LoadError;
use crate::ids::ChunkIndex;

/// A caller that waits for some chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WaiterId(u64);

#[derive(Debug, Default)]
pub(crate) struct Registry {
    loading: Vec<ChunkIndex>,
    /// Ascending by id.
    waiters: Vec<Waiter>,
    next: u64,
}

#[derive(Debug)]
pub(crate) struct Waiter {
    id: WaiterId,
    missing: Vec<ChunkIndex>,
    failure: Option<LoadError>,
    waker: Option<Waker>,
}

impl Registry {
    pub(crate) const fn new() -> Self {
        Registry {
            loading: Vec::new(),
            waiters: Vec::new(),
            next: 0,
        }
    }

    /// Begins to wait for `chunks`, and says which of them nobody is loading yet. The caller must start these, and
    /// [`finish`](Self::finish) each of them once.
    pub(crate) fn wait(&mut self, chunks: Vec<ChunkIndex>) -> (WaiterId, Vec<ChunkIndex>) {
        let mut start = Vec::new();
        for &chunk in &chunks {
            if !self.loading.contains(&chunk) {
                self.loading.push(chunk);
                start.push(chunk);
            }
        }
        let id = WaiterId(self.next);
        self.next += 1;
        self.waiters.push(Waiter {
            id,
            missing: chunks,
            failure: None,
            waker: None,
        });
        (id, start)
    }

    /// Whether the wait is over; if so, `id` is forgotten. If not, `waker` is the one to be woken from now on.
    ///
    /// The second value is a waker to be dropped.
    pub(crate) fn poll(
        &mut self,
        id: WaiterId,
        waker: Waker,
    ) -> (Poll<Result<(), LoadError>>, Option<Waker>) {
        let Ok(at) = self.position(id) else {
            // It has ended and was polled again, which the rules of futures forbid: it waits without end.
            return (Poll::Pending, Some(waker));
        };
        let waiter = &mut self.waiters[at];
        if let Some(error) = waiter.failure.take() {
            self.waiters.remove(at);
            (Poll::Ready(Err(error)), Some(waker))
        } else if waiter.missing.is_empty() {
            self.waiters.remove(at);
            (Poll::Ready(Ok(())), Some(waker))
        } else {
            (Poll::Pending, waiter.waker.replace(waker))
        }
    }

    /// Stops waiting. What is loading goes on loading.
    pub(crate) fn forget(&mut self, id: WaiterId) -> Option<Waiter> {
        let at = self.position(id).ok()?;
        Some(self.waiters.remove(at))
    }

    /// Ends the load of `chunk`. The wakers returned are those of the waiters that have something to hear.
    pub(crate) fn finish(
        &mut self,
        chunk: ChunkIndex,
        result: &Result<(), LoadError>,
    ) -> Vec<Waker> {
        let at = self.loading.iter().position(|&loading| loading == chunk);
        debug_assert!(at.is_some(), "it was not started");
        if let Some(at) = at {
            self.loading.swap_remove(at);
        }
        let mut wakers = Vec::new();
        for waiter in &mut self.waiters {
            let Some(at) = waiter.missing.iter().position(|&missing| missing == chunk) else {
                continue;
            };
            match result {
                Ok(()) => {
                    waiter.missing.swap_remove(at);
                }
                Err(error) => {
                    // Its other chunks no longer matter to it: it gets the first failure only.
                    waiter.missing = Vec::new();
                    waiter.failure = Some(error.clone());
                }
            }
            if waiter.missing.is_empty() {
                wakers.extend(mem::take(&mut waiter.waker));
            }
        }
        wakers
    }

    fn position(&self, id: WaiterId) -> Result<usize, usize> {
        self.waiters.binary_search_by_key(&id, |waiter| waiter.id)
    }
}

#[cfg(test)]
#[path = "registry_tests.rs"]
mod tests;
