//! Which chunks are ready, and who waits for which: the state machine of loading, without JavaScript.
//!
//! A chunk goes Absent → Loading → Ready. A failure takes it back to Absent, is told to everybody who waited, and is
//! kept by nobody: the next waiter starts a new load.
//!
//! Nothing here calls a waker or drops one: they are the user's code and are handed out to be called by others.

use std::mem;
use std::task::{Poll, Waker};

use crate::error::LoadError;
use crate::ids::ChunkIndex;

/// Somebody who waits for some chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WaiterId(u64);

#[derive(Debug, Default)]
pub(crate) struct Registry {
    chunks: Vec<State>,
    /// Ascending by id.
    waiters: Vec<Waiter>,
    next: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Absent,
    Loading,
    Ready,
}

/// What it takes to have some chunks.
#[derive(Debug)]
pub(crate) enum Wait {
    /// Nothing: all are ready.
    Over,
    /// To poll `waiter`, after starting the load of all chunks in `start`.
    Begun {
        waiter: WaiterId,
        start: Vec<ChunkIndex>,
    },
}

#[derive(Debug)]
pub(crate) struct Waiter {
    id: WaiterId,
    missing: Vec<ChunkIndex>,
    failure: Option<LoadError>,
    waker: Option<Waker>,
}

impl Registry {
    pub(crate) fn new(chunks: usize) -> Self {
        Registry {
            chunks: vec![State::Absent; chunks],
            ..Registry::default()
        }
    }

    pub(crate) fn is_ready(&self, chunk: ChunkIndex) -> bool {
        self.state(chunk) == State::Ready
    }

    /// Begins to wait for `chunks`. The caller must start all the chunks it is told to, and [`finish`](Self::finish)
    /// each of them once.
    pub(crate) fn wait(&mut self, chunks: Vec<ChunkIndex>, waker: Waker) -> Wait {
        let mut missing = chunks;
        missing.retain(|&chunk| !self.is_ready(chunk));
        if missing.is_empty() {
            return Wait::Over;
        }
        let mut start = missing.clone();
        start.retain(|&chunk| self.state(chunk) == State::Absent);
        for &chunk in &start {
            self.set(chunk, State::Loading);
        }
        let id = WaiterId(self.next);
        self.next += 1;
        self.waiters.push(Waiter {
            id,
            missing,
            failure: None,
            waker: Some(waker),
        });
        Wait::Begun { waiter: id, start }
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
            // Over and forgotten: polled again against the rules, so it waits for ever.
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
        debug_assert_eq!(self.state(chunk), State::Loading, "{chunk:?}");
        let state = if result.is_ok() {
            State::Ready
        } else {
            State::Absent
        };
        self.set(chunk, state);
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
                    // Its other chunks no longer matter to it: it hears of the first failure only.
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

    fn state(&self, chunk: ChunkIndex) -> State {
        self.chunks[chunk.0 as usize]
    }

    fn set(&mut self, chunk: ChunkIndex, state: State) {
        self.chunks[chunk.0 as usize] = state;
    }
}

#[cfg(test)]
#[path = "registry_tests.rs"]
mod tests;
