//! How often a processor had to wait until a chunk was linked with its audio thread.

use std::sync::atomic::{AtomicU32, Ordering};

use super::wait;
use crate::time::Millis;

/// How long a sleep for the next one lasts before somebody looks again.
const LOOK_AFTER: Millis = Millis(60_000.0);

static HITS: AtomicU32 = AtomicU32::new(0);

/// Counts a call that had to wait, if it was made inside of a processor.
pub(super) fn count_hit() {
    if crate::audio::is_inside() {
        // Relaxed: a count says nothing of other memory.
        HITS.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn audio_hits() -> u32 {
    HITS.load(Ordering::Relaxed)
}

/// The word that changes with every one.
pub(crate) fn audio_hits_word() -> &'static AtomicU32 {
    &HITS
}

/// Waits until there are more than `seen`.
pub(crate) async fn more_audio_hits(seen: u32) -> u32 {
    loop {
        let now = audio_hits();
        if now > seen {
            return now;
        }
        wait::changed(&HITS, now, LOOK_AFTER).await;
    }
}
