//! How the coordinator serves the requests of other threads, and how these wait for it. The protocol is in
//! `protocol/requests.rs`.
//!
//! The page, or Node's main thread, becomes the coordinator when it first has to do with the loader. Where all of the
//! program runs in Workers, the first that starts a thread does. A Worker may end: a thread that gets no answer from one
//! takes over.

use std::cell::Cell;
use std::sync::Arc;

use super::common::{COMMON, chunks};
use super::fetch::fetch_here;
use super::place::Place;
use super::{role, wait};
use crate::error::{FetchError, LoadError, LoadErrorKind};
use crate::ids::ChunkIndex;
use crate::js;
use crate::protocol::requests::{Answer, ChunkRequest};
use crate::state;
use crate::time::Millis;

/// How often the heart of the coordinator beats while another thread waits for it.
const HEARTBEAT_INTERVAL: Millis = Millis(100.0);

/// How often a thread that waits on the event loop polls for the answer: WebKitGTK 2.50 does not always wake a Worker
/// for it.
///
/// Rarely, since all that wait then meet at the allocator, which spins.
const POLL_INTERVAL: Millis = Millis(1_000.0);

/// How much longer than the coordinator itself a thread waits for an answer to a request that was taken.
const GRACE: Millis = Millis(5_000.0);

/// Makes this thread the coordinator if there is none. Whether it is the coordinator now.
pub(crate) fn become_coordinator() -> bool {
    take_over(0);
    role::is_here()
}

/// As [`become_coordinator`], on the thread where everything begins.
pub(crate) fn become_coordinator_if_main() {
    if !role::is_known() && role::place() == Place::Main {
        become_coordinator();
    }
}

/// Makes this thread, which has an event loop, the coordinator in place of one that does not answer, if that is a Worker.
/// Should it live after all, both serve: each request is taken by one of them.
fn replace_silent() {
    if let Some(silent) = role::mortal_coordinator() {
        take_over(silent);
    }
}

/// Makes this thread the coordinator if `predecessor` still is the sign of it.
fn take_over(predecessor: u32) {
    if role::take_over(predecessor) {
        js::spawn(serve());
    }
}

/// What the coordinator does as long as it lives.
async fn serve() {
    loop {
        let rings = COMMON.requests.ring_count();
        COMMON.requests.take().into_iter().for_each(serve_one);
        wait::changed_eventually(COMMON.requests.doorbell(), rings).await;
    }
}

fn serve_one(request: Arc<ChunkRequest>) {
    if serving(1) == 1 {
        js::spawn(beat());
    }
    js::spawn(async move {
        request.finish(fetch_here(request.chunk()).await);
        wait::notify(request.word().0);
        serving(-1);
    });
}

/// How many requests the coordinator is serving, after a change.
fn serving(change: i32) -> u32 {
    state::part(|part| {
        let now = part.serving.get().saturating_add_signed(change);
        part.serving.set(now);
        now
    })
}

/// Shows that the coordinator lives until it has served all requests.
async fn beat() {
    while serving(0) > 0 {
        role::beat();
        js::Timer::new(HEARTBEAT_INTERVAL).await;
    }
}

/// A request of this thread.
struct Pending {
    chunk: ChunkIndex,
    request: Arc<ChunkRequest>,
    begun: Millis,
    /// The coordinator's heartbeat when it was last seen to change, and when that was.
    heartbeat: Cell<(u32, Millis)>,
    answer_limit: Millis,
    time_limit: Millis,
}

/// What there is to do for a thread that has made a request.
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

impl Pending {
    fn new(chunk: ChunkIndex) -> Self {
        chunks().get(chunk).waits.add_one();
        let (answer_limit, time_limit) =
            state::with(|loads| (loads.config.answer_limit, loads.config.time_limit));
        let request = COMMON.requests.make(chunk);
        wait::notify(COMMON.requests.doorbell());
        let begun = js::clock();
        Pending {
            chunk,
            request,
            begun,
            heartbeat: Cell::new((role::heartbeat(), begun)),
            answer_limit,
            time_limit: Millis(time_limit.0 + GRACE.0),
        }
    }

    fn next(&self) -> Next {
        match self.request.answer() {
            Answer::Done => Next::End(Ok(())),
            Answer::Failed(error) => Next::End(Err(Unanswered::Failed(error))),
            Answer::Waiting | Answer::Taken => {
                let now = js::clock();
                let silent = now.0 - self.last_heartbeat(now).0;
                let waited = now.0 - self.begun.0;
                if waited >= self.time_limit.0 {
                    Next::End(Err(Unanswered::Failed(self.late())))
                } else if silent >= self.answer_limit.0 {
                    // If it has been taken, the answer will be for others.
                    self.request.give_up();
                    Next::End(Err(Unanswered::Silence))
                } else {
                    let left = self.time_limit.0 - waited;
                    Next::Wait(Millis(left.min(self.answer_limit.0 - silent)))
                }
            }
        }
    }

    /// When the coordinator was last seen to live.
    fn last_heartbeat(&self, now: Millis) -> Millis {
        let heartbeat = role::heartbeat();
        if self.heartbeat.get().0 != heartbeat {
            self.heartbeat.set((heartbeat, now));
        }
        self.heartbeat.get().1
    }

    fn late(&self) -> LoadError {
        let detail = "the thread that fetches for all others is at it, but does not finish";
        state::error(self.chunk, FetchError::new(LoadErrorKind::Timeout, detail))
    }
}

/// Asks the coordinator for the bytes of `chunk` and waits on the event loop.
pub(super) async fn request(chunk: ChunkIndex) -> Result<(), Unanswered> {
    let pending = Pending::new(chunk);
    loop {
        let (word, seen) = pending.request.word();
        match pending.next() {
            Next::Wait(limit) => wait::changed(word, seen, limit.min(POLL_INTERVAL)).await,
            Next::End(Err(Unanswered::Silence)) => {
                replace_silent();
                return Err(Unanswered::Silence);
            }
            Next::End(result) => return result,
        }
    }
}

/// Asks the coordinator for the bytes of all `chunks` and blocks until they are in memory.
pub(super) fn request_blocking(chunks: &[ChunkIndex]) -> Result<(), Unanswered> {
    let pending: Vec<Pending> = chunks.iter().map(|&chunk| Pending::new(chunk)).collect();
    pending.iter().try_for_each(|pending| {
        loop {
            let (word, seen) = pending.request.word();
            match pending.next() {
                Next::Wait(limit) => wait::block(word, seen, limit),
                Next::End(result) => return result,
            }
        }
    })
}
