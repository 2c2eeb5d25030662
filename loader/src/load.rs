//! Loading as the rest of the crate sees it: a target, and a future that is done when its chunks are ready.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::LoadError;
use crate::ids::{Slot, SplitIndex};

/// What must be callable when a load is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The split that has an entry in this slot.
    Entry(Slot),
    /// A split as a whole; `None` is one that the program does not have, which counts as loaded.
    Split(Option<SplitIndex>),
}

/// A load that starts when it is first polled. Concurrent loads of the same chunks share one fetch.
#[derive(Debug)]
#[must_use = "a load does nothing until it is awaited"]
pub struct Load {
    target: Target,
}

impl Clone for Load {
    fn clone(&self) -> Self {
        load(self.target)
    }
}

impl Future for Load {
    type Output = Result<(), LoadError>;

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(()))
    }
}

/// Loads what `target` needs, as soon as the result is first polled.
pub(crate) fn load(target: Target) -> Load {
    Load { target }
}

/// Whether all that `target` needs is ready.
pub(crate) fn is_loaded(_target: Target) -> bool {
    true
}

/// Loads what `target` needs when the thread has nothing better to do; failures are forgotten.
pub(crate) fn prefetch(_target: Target) {}
