//! How a chunk becomes part of a program whose threads share one memory: *ready before reachable*.
//!
//! # The problem
//! Every thread has a module instance and a function table of its own, and all have one memory. A trait object that
//! a chunk made on one thread may be called on another which has never used the chunk, cannot receive a message, and must not
//! wait. That works if all it takes to link the chunk lies in shared memory *before* such an object can exist.
//! A slot or an address of a chunk is produced by code of that chunk alone, so the rule is:
//!
//! > No function of a chunk runs anywhere before the chunk is *ready*.
//!
//! A thread that got an object of the chunk, through a channel free of races, then comes after *ready*, and links the
//! chunk without asking any other thread.
//!
//! # The steps
//! 1. **Bytes.** The thread that has fetched a chunk and checked its hash copies the bytes into shared memory and offers
//!    them. The first offer counts, later ones are dropped; the bytes never change again. No lock, nothing to clean up: a
//!    thread that ends here leaves at most an unused copy. From here on no thread needs to fetch the chunk, even if all
//!    the rest fails.
//! 2. **Instance.** The thread links the chunk with itself. That fills its own table and touches nothing shared, so it
//!    may fail and may be waited for.
//! 3. **Claim.** The chunk's data must be written once: a second time would undo what the program has stored since. So
//!    one thread at a time may write, and it claims this right: `Idle(n)` → `Writing(n + 1)`. The number tells claims
//!    apart; it only grows.
//! 4. **Data.** The claimant calls the chunk's `init`: some copies of constant bytes to constant addresses. Between 3
//!    and 5 it does nothing else: it fetches nothing, waits for nothing, allocates nothing.
//! 5. **Ready.** `Writing(n)` → `Ready`, which is final. If `init` failed, `Writing(n)` → `Idle(n)`, and any thread may
//!    try.
//!
//! A thread that finds another one in `Writing` waits, without blocking, until that changes. It takes microseconds.
//!
//! # A thread that ends in the middle
//! A worker can be terminated anywhere. Before 3 no thread depends on it. Between 3 and 5 it leaves `Writing(n)`. There
//! is no way to ask whether a thread lives, but there is no reason either for a living one to be there long: so a thread
//! that has seen the same claim for a long time (`TAKE_OVER_AFTER`) takes it over, `Writing(n)` → `Writing(n + 1)`, and
//! writes the data itself. That is right whatever the dead thread had written: the bytes are the same, and no
//! function of the chunk has run that could have changed them, since the chunk has not been ready. A takeover names the
//! claim it has watched, so of many threads that give up on one claim one succeeds, and the others watch that one.
//!
//! What this relies on is that a claimant which was given up does not go on. If it does after all (a debugger held it
//! for that long in just these microseconds), its step 5 fails, because the claim is no longer its own, and it says so.

use super::once::OnceBox;
use super::sync::{AtomicU32, Ordering};

/// What all threads know of one chunk. `B` is what holds its bytes.
pub(crate) struct Publication<B> {
    bytes: OnceBox<B>,
    /// A [`Word`].
    word: AtomicU32,
}

/// The state in the lower two bits, the number of the latest claim above.
///
/// 2^30 claims of one chunk would have to fail before a number came again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word(u32);

impl Word {
    const IDLE: u32 = 0;
    const WRITING: u32 = 1;
    const READY: u32 = 2;

    fn state(self) -> u32 {
        self.0 & 3
    }

    fn with_state(self, state: u32) -> Self {
        Word(self.0 & !3 | state)
    }

    fn next_claim(self) -> Self {
        Word(self.0.wrapping_add(4)).with_state(Word::WRITING)
    }
}

/// Somebody's claim, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen(Word);

/// What [`Publication::claim`] found.
pub(crate) enum Claimed<'a, B> {
    /// The data is written.
    Ready,
    /// The caller is to write it, now.
    Mine(Claim<'a, B>),
    /// Somebody else is writing it.
    Theirs(Seen),
}

/// The right to write the data of a chunk. Dropping it gives it back.
#[must_use = "others wait until the claim ends"]
pub(crate) struct Claim<'a, B> {
    publication: &'a Publication<B>,
    word: Word,
}

/// The claim was taken over by another thread while its owner held it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TakenOver;

impl<B> Publication<B> {
    pub(crate) fn new() -> Self {
        Publication {
            bytes: OnceBox::new(),
            word: AtomicU32::new(Word::IDLE),
        }
    }

    /// The bytes, if step 1 has been done.
    pub(crate) fn bytes(&self) -> Option<&B> {
        self.bytes.get()
    }

    /// Step 1.
    pub(crate) fn offer(&self, bytes: B) -> &B {
        self.bytes.offer(bytes)
    }

    /// Whether step 5 has been done: all that it takes to call the chunk is in memory.
    pub(crate) fn is_ready(&self) -> bool {
        self.read().state() == Word::READY
    }

    /// Step 3.
    ///
    /// The caller has an instance of the chunk, and step 1 has been done.
    pub(crate) fn claim(&self) -> Claimed<'_, B> {
        debug_assert!(self.bytes().is_some(), "step 3 comes after step 1");
        let mut word = self.read();
        loop {
            match word.state() {
                Word::READY => return Claimed::Ready,
                Word::WRITING => return Claimed::Theirs(Seen(word)),
                _ => match self.replace(word, word.next_claim()) {
                    Ok(mine) => return Claimed::Mine(mine),
                    Err(now) => word = now,
                },
            }
        }
    }

    /// Step 3 for a claim whose owner has ended. Finds another claim if another thread was faster.
    pub(crate) fn take_over(&self, dead: Seen) -> Claimed<'_, B> {
        match self.replace(dead.0, dead.0.next_claim()) {
            Ok(mine) => Claimed::Mine(mine),
            Err(_) => self.claim(),
        }
    }

    fn read(&self) -> Word {
        // Acquire: pairs with the release of step 5, so that a thread that sees `Ready` sees the data and the bytes.
        Word(self.word.load(Ordering::Acquire))
    }

    fn replace(&self, from: Word, to: Word) -> Result<Claim<'_, B>, Word> {
        // Acquire: pairs with the release by which an earlier claim was given back, so that both do not write the data
        // at a time; and with that of step 5, on failure. Nothing is released here: a claim says nothing of memory.
        let replaced =
            self.word
                .compare_exchange(from.0, to.0, Ordering::Acquire, Ordering::Acquire);
        match replaced {
            Ok(_) => Ok(Claim {
                publication: self,
                word: to,
            }),
            Err(now) => Err(Word(now)),
        }
    }
}

impl<B> Claim<'_, B> {
    /// Step 5: the data is written.
    ///
    /// # Errors
    /// If the claim was taken over meanwhile: then this thread may have undone what the program stored since.
    pub(crate) fn ready(self) -> Result<(), TakenOver> {
        let ended = self.end(Word::READY);
        std::mem::forget(self);
        if ended { Ok(()) } else { Err(TakenOver) }
    }

    /// Whether the claim was still this thread's.
    fn end(&self, state: u32) -> bool {
        // Release: pairs with the acquire of `read` and `replace`.
        self.publication
            .word
            .compare_exchange(
                self.word.0,
                self.word.with_state(state).0,
                Ordering::Release,
                Ordering::Relaxed,
            )
            .is_ok()
    }
}

impl<B> Drop for Claim<'_, B> {
    /// Step 5 after a failure.
    fn drop(&mut self) {
        self.end(Word::IDLE);
    }
}
