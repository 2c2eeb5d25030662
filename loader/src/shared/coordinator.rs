//! Which thread fetches for all others, and how it and they come together. The way of a request is in `asks.rs`.
//!
//! The page, or Node's main thread, becomes the coordinator when it first has to do with the loader. Where all of the
//! program runs in Workers, the first that starts a thread does. A Worker may end: who gets no answer from one takes its
//! place.

use std::cell::Cell;
use std::sync::Arc;

use super::asks::{Answer, Ask, Asks};
use super::program::Program;
use super::sync::{AtomicU32, Ordering};
use super::wait;
use crate::error::{ErrorKind, Failure, LoadError};
use crate::ids::ChunkIndex;
use crate::js::{self, Place};
use crate::load::{Target, load};
use crate::time::Millis;
use crate::{obtain, state};

/// How often the coordinator shows that it lives while somebody waits for it.
const BEAT: Millis = Millis(100.0);

/// How often who waits on the event loop looks for the answer: WebKitGTK 2.50 does not always wake a Worker for it.
///
/// Rarely, since all who wait then meet at the allocator, which spins.
const LOOK_AFTER: Millis = Millis(1_000.0);

/// How much longer than the coordinator itself somebody waits for an answer to an ask that was taken.
const GRACE: Millis = Millis(5_000.0);

static ASKS: Asks = Asks::new();

/// The [sign](sign) of the coordinator; 0 while there is none.
static COORDINATOR: AtomicU32 = AtomicU32::new(0);

/// Changes while the coordinator is at somebody's asks and gets to its event loop.
static PULSE: AtomicU32 = AtomicU32::new(0);

/// The highest number given to a thread.
static THREADS: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// How many asks the coordinator is at.
    static TAKEN: Cell<u32> = const { Cell::new(0) };
    static NUMBER: Cell<u32> = const { Cell::new(0) };
    static PLACE: Cell<Option<Place>> = const { Cell::new(None) };
}

/// A number that no other thread has.
pub(crate) fn this_thread() -> u32 {
    NUMBER.with(|number| {
        if number.get() == 0 {
            // Relaxed: numbers say nothing of other memory.
            number.set(THREADS.fetch_add(1, Ordering::Relaxed) + 1);
        }
        number.get()
    })
}

/// What this thread is known by as the coordinator: its number, and in the lowest bit whether it lives as long as the
/// program does.
fn sign() -> u32 {
    (this_thread() << 1) | u32::from(place() == Place::Main)
}

/// What kind of thread this is.
pub(crate) fn place() -> Place {
    PLACE.with(|place| {
        let known = place.get().unwrap_or_else(js::place);
        place.set(Some(known));
        known
    })
}

/// Whether this thread fetches for all others.
pub(crate) fn is_here() -> bool {
    COORDINATOR.load(Ordering::Relaxed) == sign()
}

/// Whether this thread may sleep without returning to its event loop.
pub(crate) fn may_block() -> bool {
    place() == Place::Worker && !is_here()
}

/// Whether there is a coordinator.
pub(crate) fn is_known() -> bool {
    COORDINATOR.load(Ordering::Relaxed) != 0
}

/// Makes this thread the coordinator if there is none. Whether it is the coordinator now.
pub(crate) fn volunteer() -> bool {
    follow(0);
    is_here()
}

/// Makes this thread the coordinator if `predecessor` still is the sign of it.
fn follow(predecessor: u32) {
    // Relaxed: the sign says nothing of other memory.
    let elected =
        COORDINATOR.compare_exchange(predecessor, sign(), Ordering::Relaxed, Ordering::Relaxed);
    if elected.is_ok() {
        js::spawn(serve());
    }
}

/// Makes this thread, which has an event loop, the coordinator in place of one that does not answer, if that is a Worker.
/// Should it live after all, both serve: each ask is taken by one of them.
fn succeed() {
    let silent = COORDINATOR.load(Ordering::Relaxed);
    if silent & 1 == 0 {
        follow(silent);
    }
}

/// As [`volunteer`], on the thread where everything begins.
pub(crate) fn volunteer_if_main() {
    if !is_known() && place() == Place::Main {
        volunteer();
    }
}

/// What the coordinator does as long as it lives.
async fn serve() {
    loop {
        let rung = ASKS.rung();
        for ask in ASKS.take() {
            TAKEN.set(TAKEN.get() + 1);
            if TAKEN.get() == 1 {
                js::spawn(beat());
            }
            js::spawn(async move {
                ask.finish(load(Target::Bytes(ask.chunk())).await);
                wait::notify(ask.word().0);
                TAKEN.set(TAKEN.get() - 1);
            });
        }
        wait::changed_some_day(ASKS.bell(), rung).await;
    }
}

/// Shows that the coordinator lives until it has answered all asks.
async fn beat() {
    while TAKEN.get() > 0 {
        pulse();
        js::Timer::new(BEAT).await;
    }
}

/// Shows that the coordinator lives.
pub(crate) fn pulse() {
    // Relaxed: who looks only wants to see it change.
    PULSE.fetch_add(1, Ordering::Relaxed);
}

/// An ask of this thread. Dropping it before the end leaks a few bytes, on which an engine may still sleep.
struct Asked {
    chunk: ChunkIndex,
    ask: Arc<Ask>,
    begun: Millis,
    /// The coordinator's pulse when it was last seen to change, and when that was.
    pulse: Cell<(u32, Millis)>,
    answer_limit: Millis,
    time_limit: Millis,
}

/// What there is to do for who has asked.
enum Next {
    /// To look again when the word has changed, or after this time.
    Wait(Millis),
    /// Nothing any more: it is answered, or the coordinator has been silent for too long.
    End(Result<(), Unanswered>),
}

/// Why there are no bytes.
pub(super) enum Unanswered {
    /// The coordinator could not get them either.
    Failed(LoadError),
    /// No coordinator has shown itself in time.
    Silence,
}

impl Asked {
    fn new(chunk: ChunkIndex) -> Self {
        Program::get().chunk(chunk).waits.add_one();
        let (answer_limit, time_limit) =
            state::with(|state| (state.config.answer_limit, state.config.time_limit));
        let ask = ASKS.make(chunk);
        wait::notify(ASKS.bell());
        let begun = js::clock();
        Asked {
            chunk,
            ask,
            begun,
            pulse: Cell::new((PULSE.load(Ordering::Relaxed), begun)),
            answer_limit,
            time_limit: Millis(time_limit.0 + GRACE.0),
        }
    }

    fn next(&self) -> Next {
        match self.ask.answer() {
            Answer::Done => Next::End(Ok(())),
            Answer::Failed(error) => Next::End(Err(Unanswered::Failed(error))),
            Answer::Waiting | Answer::Taken => {
                let now = js::clock();
                let silent = now.0 - self.last_pulse(now).0;
                let waited = now.0 - self.begun.0;
                if waited >= self.time_limit.0 {
                    Next::End(Err(Unanswered::Failed(self.late())))
                } else if silent >= self.answer_limit.0 {
                    // If it has been taken, the answer will be for others.
                    self.ask.give_up();
                    Next::End(Err(Unanswered::Silence))
                } else {
                    let left = self.time_limit.0 - waited;
                    Next::Wait(Millis(left.min(self.answer_limit.0 - silent)))
                }
            }
        }
    }

    /// When the coordinator was last seen to live.
    fn last_pulse(&self, now: Millis) -> Millis {
        let pulse = PULSE.load(Ordering::Relaxed);
        if self.pulse.get().0 != pulse {
            self.pulse.set((pulse, now));
        }
        self.pulse.get().1
    }

    fn late(&self) -> LoadError {
        let detail = "the thread that fetches for all others is at it, but does not come to an end";
        obtain::error(self.chunk, Failure::new(ErrorKind::Timeout, detail))
    }
}

/// Asks the coordinator for the bytes of `chunk` and waits on the event loop.
pub(super) async fn ask(chunk: ChunkIndex) -> Result<(), Unanswered> {
    let asked = Asked::new(chunk);
    loop {
        let (word, seen) = asked.ask.word();
        match asked.next() {
            Next::Wait(limit) => wait::changed(word, seen, limit.min(LOOK_AFTER)).await,
            Next::End(Err(Unanswered::Silence)) => {
                succeed();
                return Err(Unanswered::Silence);
            }
            Next::End(result) => return result,
        }
    }
}

/// Asks the coordinator for the bytes of all `chunks` and blocks until they are in memory.
pub(super) fn ask_and_block(chunks: &[ChunkIndex]) -> Result<(), Unanswered> {
    let asked: Vec<Asked> = chunks.iter().map(|&chunk| Asked::new(chunk)).collect();
    asked.iter().try_for_each(|asked| {
        loop {
            let (word, seen) = asked.ask.word();
            match asked.next() {
                Next::Wait(limit) => wait::block(word, seen, limit),
                Next::End(result) => return result,
            }
        }
    })
}
