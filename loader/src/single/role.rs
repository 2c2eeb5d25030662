//! A thread that knows of no other needs no number, and fetches for itself alone.

/// What tells this thread from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThreadId;

pub(crate) fn this_thread() -> ThreadId {
    ThreadId
}

pub(crate) fn show_that_coordinator_lives() {}
