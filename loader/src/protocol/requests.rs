//! What a thread asks the coordinator for, and the answer: objects in shared memory that nobody locks.
//!
//! # How a request is served
//! One thread, the *coordinator*, fetches for all others, so that a chunk is fetched and compiled once however many
//! want it. It may be the page, which must not block; the thread that asks may be inside of a job and never return to
//! its event loop. So a request needs neither: it is a [`ChunkRequest`] in a list in shared memory.
//!
//! 1. A thread that wants a chunk puts a request at the head of the list and rings the *doorbell*: a word that is
//!    counted up and notified.
//! 2. The coordinator, woken by the doorbell, takes the whole list in one exchange and marks each request as *taken*. It
//!    reads the doorbell before it takes the list, and sleeps only if it has not rung since.
//! 3. When the bytes are in shared memory, or cannot be had, it answers: the request's state becomes *done* or *failed*,
//!    with the error beside it, and is notified. The thread that asks sleeps on that word, blocking or not.
//! 4. A thread that does not want to wait any longer *gives* an untaken request *up*; the coordinator passes it over.
//!    While it serves requests, the coordinator has a heartbeat, so that those that wait can tell a slow answer from a
//!    thread that never gets to its event loop.
//!
//! Requests that are made while there is no coordinator stay in the list until there is one.
//!
//! A thread may end anywhere. Before its exchange in step 1 the request is not in the list, afterwards it is whole; what
//! the coordinator does for it then is for others, too. Its request is leaked, so that nothing else is ever stored at
//! the address on which an engine may still believe the dead thread to sleep.

use std::ptr;
use std::sync::Arc;

use super::once::OnceBox;
use super::sync::{AtomicPtr, AtomicU32, Ordering};
use crate::error::LoadError;
use crate::ids::ChunkIndex;

/// The list of requests that nobody has taken.
pub(crate) struct ChunkRequests {
    /// The latest; each holds a count of its `Arc`.
    latest: AtomicPtr<ChunkRequest>,
    doorbell: AtomicU32,
}

/// A thread's request for the bytes of a chunk.
pub(crate) struct ChunkRequest {
    chunk: ChunkIndex,
    state: AtomicU32,
    failure: OnceBox<LoadError>,
    /// The request that was made before, if nobody has taken that; set before this one is in the list, and never again.
    earlier: AtomicPtr<ChunkRequest>,
}

/// How far a request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nobody has taken it.
    Waiting,
    /// The coordinator is serving it.
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

impl ChunkRequests {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        ChunkRequests {
            latest: AtomicPtr::new(ptr::null_mut()),
            doorbell: AtomicU32::new(0),
        }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        ChunkRequests {
            latest: AtomicPtr::new(ptr::null_mut()),
            doorbell: AtomicU32::new(0),
        }
    }

    /// Step 1; the caller notifies the doorbell afterwards.
    pub(crate) fn make(&self, chunk: ChunkIndex) -> Arc<ChunkRequest> {
        let request = Arc::new(ChunkRequest {
            chunk,
            state: AtomicU32::new(WAITING),
            failure: OnceBox::new(),
            earlier: AtomicPtr::new(ptr::null_mut()),
        });
        let entry = Arc::into_raw(request.clone()).cast_mut();
        // Relaxed: the pointer is not followed.
        let mut earlier = self.latest.load(Ordering::Relaxed);
        loop {
            // Relaxed: nobody sees it before the exchange, which releases it.
            request.earlier.store(earlier, Ordering::Relaxed);
            // Release: pairs with the acquire of `take`, so that the coordinator sees the request whole; those before it
            // were released by their own makers, whose exchanges this one continues.
            let made =
                self.latest
                    .compare_exchange(earlier, entry, Ordering::Release, Ordering::Relaxed);
            match made {
                Ok(_) => break,
                Err(now) => earlier = now,
            }
        }
        // Release: pairs with the acquire of `ring_count`: a thread that sees it has rung finds the request.
        self.doorbell.fetch_add(1, Ordering::Release);
        request
    }

    /// The word that changes with every request.
    pub(crate) fn doorbell(&self) -> &AtomicU32 {
        &self.doorbell
    }

    /// How often the doorbell has rung: to be asked before [`take`](Self::take), and to be slept on afterwards.
    pub(crate) fn ring_count(&self) -> u32 {
        self.doorbell.load(Ordering::Acquire)
    }

    /// Step 2: all requests that nobody has taken, the oldest first, but for those that were given up.
    pub(crate) fn take(&self) -> Vec<Arc<ChunkRequest>> {
        // Acquire: pairs with the release of `make`.
        let mut next = self.latest.swap(ptr::null_mut(), Ordering::Acquire);
        let mut requests = Vec::new();
        while !next.is_null() {
            // SAFETY: the pointer came from `into_raw` in `make`, and this exchange took it out of the list.
            let request = unsafe { Arc::from_raw(next) };
            next = request.earlier.load(Ordering::Relaxed);
            if request.advance(WAITING, TAKEN) {
                requests.push(request);
            }
        }
        requests.reverse();
        requests
    }
}

impl Drop for ChunkRequests {
    fn drop(&mut self) {
        self.take();
    }
}

impl ChunkRequest {
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
        // Release: pairs with the acquire of `answer`, so that the requester sees the error, and the bytes.
        self.state
            .compare_exchange(from, to, Ordering::Release, Ordering::Relaxed)
            .is_ok()
    }
}
