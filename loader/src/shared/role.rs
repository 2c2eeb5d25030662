//! Which thread this is, which one is the coordinator, and whether that shows that it lives.

use super::common::COMMON;
use super::place::Place;
use crate::protocol::sync::Ordering;
use crate::state;

/// What tells this thread from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThreadId(u32);

/// A number that no other thread has.
pub(crate) fn this_thread() -> ThreadId {
    state::part(|part| {
        if part.number.get() == 0 {
            // Relaxed: numbers say nothing of other memory.
            let highest = COMMON.threads.fetch_add(1, Ordering::Relaxed);
            part.number.set(highest + 1);
        }
        ThreadId(part.number.get())
    })
}

/// What kind of thread this is.
pub(super) fn place() -> Place {
    state::part(|part| {
        let known = part.place.get().unwrap_or_else(Place::ask_engine);
        part.place.set(Some(known));
        known
    })
}

/// What this thread is known by as the coordinator: its number, and in the lowest bit whether it lives as long as the
/// program does.
fn sign() -> u32 {
    (this_thread().0 << 1) | u32::from(place() == Place::Main)
}

/// The sign of a coordinator that may have ended; `None` if it lives as long as the program.
pub(super) fn mortal_coordinator() -> Option<u32> {
    let sign = COMMON.coordinator.load(Ordering::Relaxed);
    (sign & 1 == 0).then_some(sign)
}

/// Makes this thread the coordinator if `predecessor` still is the sign of it, or 0 and there is none. Whether it was.
pub(super) fn take_over(predecessor: u32) -> bool {
    // Relaxed: the sign says nothing of other memory.
    let elected = COMMON.coordinator.compare_exchange(
        predecessor,
        sign(),
        Ordering::Relaxed,
        Ordering::Relaxed,
    );
    elected.is_ok()
}

/// Whether this thread fetches for all others.
pub(crate) fn is_here() -> bool {
    COMMON.coordinator.load(Ordering::Relaxed) == sign()
}

/// Whether there is a coordinator.
pub(super) fn is_known() -> bool {
    COMMON.coordinator.load(Ordering::Relaxed) != 0
}

/// Whether this thread may sleep without returning to its event loop.
pub(super) fn may_block() -> bool {
    place() == Place::Worker && !is_here()
}

/// Counts up the heartbeat, if this thread is the coordinator.
pub(crate) fn show_that_coordinator_lives() {
    if is_here() {
        beat();
    }
}

/// Counts up the heartbeat. A coordinator that was replaced but lives has one, too, until it has served its requests.
pub(super) fn beat() {
    // Relaxed: those that look only want to see it change.
    COMMON.heartbeat.fetch_add(1, Ordering::Relaxed);
}

/// The heartbeat of the coordinator.
pub(super) fn heartbeat() -> u32 {
    COMMON.heartbeat.load(Ordering::Relaxed)
}
