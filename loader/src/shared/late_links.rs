//! How often a processor had to wait until a chunk was linked with its audio thread.

use std::sync::atomic::{AtomicU32, Ordering};

use super::common::COMMON;
use super::wait;
use crate::audio::inside::is_inside;
use crate::time::Millis;

/// The longest sleep between two looks at the count.
const POLL_INTERVAL: Millis = Millis(60_000.0);

/// Counts a call that had to wait, if it was made inside of a processor.
pub(super) fn count_one() {
    if is_inside() {
        // Relaxed: a count says nothing of other memory.
        COMMON.late_links.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn late_links() -> u32 {
    COMMON.late_links.load(Ordering::Relaxed)
}

/// The word that changes with every one.
pub(crate) fn late_links_word() -> &'static AtomicU32 {
    &COMMON.late_links
}

/// Waits until there are more than `seen`.
pub(crate) async fn more_late_links(seen: u32) -> u32 {
    loop {
        let now = late_links();
        if now > seen {
            return now;
        }
        wait::changed(&COMMON.late_links, now, POLL_INTERVAL).await;
    }
}
