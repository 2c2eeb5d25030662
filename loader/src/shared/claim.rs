//! Writes the data of a chunk once: steps 3 to 5 of `protocol/publish.rs`, with patience for the claims of others.

use wasm_bindgen::JsValue;

use super::common::chunks;
use super::instances::{self, refused};
use crate::error::{FetchError, LoadErrorKind};
use crate::ids::ChunkIndex;
use crate::protocol::publish::{Claimed, Seen};
use crate::time::Millis;

/// How long one and the same claim is watched before it is taken over.
const TAKE_OVER_AFTER: Millis = Millis(10_000.0);

/// The first and the longest pause between two looks at another thread's claim.
const FIRST_PAUSE: Millis = Millis(1.0);
const LONGEST_PAUSE: Millis = Millis(500.0);

/// Steps 3 to 5 of a chunk that is linked with this thread, or the wait for the thread that does them.
pub(super) struct Claiming {
    chunk: ChunkIndex,
    /// Another thread's claim that is being watched.
    patience: Option<Patience>,
}

impl Claiming {
    pub(super) fn new(chunk: ChunkIndex) -> Self {
        Claiming {
            chunk,
            patience: None,
        }
    }

    /// Does what can be done now. Gives a pause after which to call again, or `None` when the chunk is ready.
    pub(super) fn step(&mut self) -> Result<Option<Millis>, FetchError> {
        let publication = &chunks().get(self.chunk).publication;
        let patience = self.patience.take();
        let claimed = match &patience {
            Some(watched) if watched.waited >= TAKE_OVER_AFTER => {
                publication.take_over(watched.seen)
            }
            _ => publication.claim(),
        };
        match claimed {
            Claimed::Ready => Ok(None),
            Claimed::Mine(claim) => {
                // From here to `ready` this thread does nothing but write. If it throws, the claim is given back.
                if let Some(init) = instances::init(self.chunk) {
                    init.call0(&JsValue::UNDEFINED).map_err(refused)?;
                }
                claim.ready().map_err(|_| {
                    let detail = "this thread was stopped for too long while it wrote the chunk's data, \
                                  and may have undone changes";
                    FetchError::new(LoadErrorKind::Instantiate, detail)
                })?;
                Ok(None)
            }
            Claimed::Theirs(seen) => {
                let watched = patience.filter(|watched| watched.seen == seen);
                let mut watched = watched.unwrap_or_else(|| Patience::new(seen));
                let pause = watched.next_pause();
                self.patience = Some(watched);
                Ok(Some(pause))
            }
        }
    }
}

/// Another thread's claim, and for how long it has been watched at least.
struct Patience {
    seen: Seen,
    waited: Millis,
    pause: Millis,
}

impl Patience {
    fn new(seen: Seen) -> Self {
        Patience {
            seen,
            waited: Millis(0.0),
            pause: FIRST_PAUSE,
        }
    }

    /// The pause before the next look, which counts as waited.
    fn next_pause(&mut self) -> Millis {
        let pause = self.pause;
        self.waited.0 += pause.0;
        self.pause.0 = (pause.0 * 2.0).min(LONGEST_PAUSE.0);
        pause
    }
}
