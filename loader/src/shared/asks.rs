//! What a thread asks the coordinator for, and the answer: objects in shared memory that nobody locks.
//!
//! # The way of a request
//! One thread, the *coordinator*, fetches for all others, so that a chunk is fetched and compiled once however many
//! want it. It may be the page, which must not block; who asks may be inside of a job and never return to its event
//! loop. So a request needs neither: it is an [`Ask`] in a list in shared memory.
//!
//! 1. Who wants a chunk puts an ask at the head of the list and rings the bell: a word that is counted up and notified.
//! 2. The coordinator, woken by the bell, takes the whole list in one exchange and marks each ask as *taken*. It reads
//!    the bell before it takes the list, and sleeps only if the bell has not rung since.
//! 3. When the bytes are in shared memory, or cannot be had, it answers: the ask's state becomes *done* or *failed*,
//!    with the error beside it, and is notified. The asker sleeps on that word, blocking or not.
//! 4. Who does not want to wait any longer *gives* an untaken ask *up*; the coordinator passes it over. While it is at
//!    asks, the coordinator shows a pulse, so that who waits can tell a slow answer from a thread that never gets to its
//!    event loop.
//!
//! Asks that are made while there is no coordinator stay in the list until there is one.
//!
//! A thread may end anywhere. Before its exchange in step 1 the ask is not in the list, afterwards it is whole; what
//! the coordinator does for it then is for others, too. Its ask is leaked, so that nothing else comes to lie at the
//! address that an engine may still believe the dead thread to sleep on.

use std::ptr;
use std::sync::Arc;

use super::once::OnceBox;
use super::sync::{AtomicPtr, AtomicU32, Ordering};
use crate::error::LoadError;
use crate::ids::ChunkIndex;

/// The list of asks that nobody has taken.
pub(crate) struct Asks {
    /// The latest; each holds a count of its `Arc`.
    latest: AtomicPtr<Ask>,
    bell: AtomicU32,
}

/// A thread's wish for the bytes of a chunk.
pub(crate) struct Ask {
    chunk: ChunkIndex,
    state: AtomicU32,
    failure: OnceBox<LoadError>,
    /// The ask that was made before, if nobody has taken that; set before the ask is in the list, and never again.
    earlier: AtomicPtr<Ask>,
}

/// How far an ask is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nobody has taken it.
    Waiting,
    /// The coordinator is at it.
    Taken,
    /// The bytes are in shared memory.
    Done,
    /// They cannot be had.
    Failed(LoadError),
}

const WAITING: u32 = 0;
const TAKEN: u32 = 1;
const DONE: u32 = 2;
const FAILED: u32 = 3;
const GIVEN_UP: u32 = 4;

impl Asks {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Asks {
            latest: AtomicPtr::new(ptr::null_mut()),
            bell: AtomicU32::new(0),
        }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Asks {
            latest: AtomicPtr::new(ptr::null_mut()),
            bell: AtomicU32::new(0),
        }
    }

    /// Step 1; the caller notifies the bell afterwards.
    pub(crate) fn make(&self, chunk: ChunkIndex) -> Arc<Ask> {
        let ask = Arc::new(Ask {
            chunk,
            state: AtomicU32::new(WAITING),
            failure: OnceBox::new(),
            earlier: AtomicPtr::new(ptr::null_mut()),
        });
        let entry = Arc::into_raw(ask.clone()).cast_mut();
        // Relaxed: the pointer is not followed.
        let mut earlier = self.latest.load(Ordering::Relaxed);
        loop {
            // Relaxed: nobody sees it before the exchange, which releases it.
            ask.earlier.store(earlier, Ordering::Relaxed);
            // Release: pairs with the acquire of `take`, so that the coordinator sees the ask whole; those before it
            // were released by their own makers, whose exchanges this one continues.
            let made =
                self.latest
                    .compare_exchange(earlier, entry, Ordering::Release, Ordering::Relaxed);
            match made {
                Ok(_) => break,
                Err(now) => earlier = now,
            }
        }
        // Release: pairs with the acquire of `rung`: who sees the bell has rung finds the ask.
        self.bell.fetch_add(1, Ordering::Release);
        ask
    }

    /// The word that changes with every ask.
    #[cfg(target_feature = "atomics")]
    pub(crate) fn bell(&self) -> &AtomicU32 {
        &self.bell
    }

    /// How often the bell has rung: to be asked before [`take`](Self::take), and to be slept on afterwards.
    pub(crate) fn rung(&self) -> u32 {
        self.bell.load(Ordering::Acquire)
    }

    /// Step 2: all asks that nobody has taken, the oldest first, but for those that were given up.
    pub(crate) fn take(&self) -> Vec<Arc<Ask>> {
        // Acquire: pairs with the release of `make`.
        let mut next = self.latest.swap(ptr::null_mut(), Ordering::Acquire);
        let mut asks = Vec::new();
        while !next.is_null() {
            // SAFETY: the pointer came from `into_raw` in `make`, and this exchange took it out of the list.
            let ask = unsafe { Arc::from_raw(next) };
            next = ask.earlier.load(Ordering::Relaxed);
            if ask.advance(WAITING, TAKEN) {
                asks.push(ask);
            }
        }
        asks.reverse();
        asks
    }
}

impl Drop for Asks {
    fn drop(&mut self) {
        self.take();
    }
}

impl Ask {
    pub(crate) fn chunk(&self) -> ChunkIndex {
        self.chunk
    }

    /// How far it is.
    pub(crate) fn answer(&self) -> Answer {
        // Acquire: pairs with the release of `advance`.
        match self.state.load(Ordering::Acquire) {
            WAITING | GIVEN_UP => Answer::Waiting,
            TAKEN => Answer::Taken,
            FAILED => match self.failure.get() {
                Some(error) => Answer::Failed(error.clone()),
                None => Answer::Taken,
            },
            _ => Answer::Done,
        }
    }

    /// The word that changes with the answer, and its present value.
    #[cfg(target_feature = "atomics")]
    pub(crate) fn word(&self) -> (&AtomicU32, u32) {
        (&self.state, self.state.load(Ordering::Acquire))
    }

    /// Step 3; the caller notifies the word afterwards.
    pub(crate) fn finish(&self, result: Result<(), LoadError>) {
        match result {
            Ok(()) => self.advance(TAKEN, DONE),
            Err(error) => {
                self.failure.offer(error);
                self.advance(TAKEN, FAILED)
            }
        };
    }

    /// Step 4: whether it was given up, or else was taken before.
    pub(crate) fn give_up(&self) -> bool {
        self.advance(WAITING, GIVEN_UP)
    }

    fn advance(&self, from: u32, to: u32) -> bool {
        // Release: pairs with the acquire of `answer`, so that who sees the answer sees the error, and the bytes.
        self.state
            .compare_exchange(from, to, Ordering::Release, Ordering::Relaxed)
            .is_ok()
    }
}
