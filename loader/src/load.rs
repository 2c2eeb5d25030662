//! Loading as the rest of the crate sees it: a target, and a future that is done when its chunks are ready.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::LoadError;
use crate::ids::{Slot, SplitIndex};
use crate::registry::{Wait, WaiterId};
use crate::{js, obtain, state};

/// What must be callable when a load is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The split that has an entry in this slot.
    #[cfg_attr(
        not(target_family = "wasm"),
        expect(dead_code, reason = "entries have slots on wasm only")
    )]
    Entry(Slot),
    /// A split as a whole; `None` is one that the program does not have, which counts as loaded.
    Split(Option<SplitIndex>),
}

/// A load that starts when it is first polled. Concurrent loads of the same chunks share one fetch.
///
/// Dropping it stops the wait, not the fetch. A clone is a load of its own.
#[derive(Debug)]
#[must_use = "a load does nothing until it is awaited"]
pub struct Load {
    target: Target,
    /// Plain data: wakers live in the registry. `None` before the first poll and after the end.
    waiter: Option<WaiterId>,
}

impl Clone for Load {
    fn clone(&self) -> Self {
        load(self.target)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter {
            // Dropped here, since it holds a waker, which is the user's code.
            let _forgotten = state::with(|state| state.registry.forget(waiter));
        }
    }
}

impl Future for Load {
    type Output = Result<(), LoadError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let waker = context.waker().clone();
        if let Some(waiter) = self.waiter {
            let (poll, _old) = state::with(|state| state.registry.poll(waiter, waker));
            if poll.is_ready() {
                self.waiter = None;
            }
            return poll;
        }
        let wait = state::with(|state| {
            let chunks = state.needed_by(self.target)?.collect();
            Ok(state.registry.wait(chunks, waker))
        });
        match wait {
            Err(error) => Poll::Ready(Err(error)),
            Ok(Wait::Over) => Poll::Ready(Ok(())),
            Ok(Wait::Begun { waiter, start }) => {
                self.waiter = Some(waiter);
                start.into_iter().for_each(obtain::start);
                Poll::Pending
            }
        }
    }
}

/// Loads what `target` needs, as soon as the result is first polled.
pub(crate) fn load(target: Target) -> Load {
    Load {
        target,
        waiter: None,
    }
}

/// Whether all that `target` needs is ready.
pub(crate) fn is_loaded(target: Target) -> bool {
    state::with(|state| match state.needed_by(target) {
        Ok(mut chunks) => chunks.all(|chunk| {
            #[cfg(target_feature = "atomics")]
            if crate::shared::is_callable(chunk, state.file(chunk).size) {
                return true;
            }
            state.registry.is_ready(chunk)
        }),
        Err(_) => false,
    })
}

/// Loads what `target` needs when the thread has nothing better to do; failures are forgotten.
pub(crate) fn prefetch(target: Target) {
    if !is_loaded(target) {
        js::spawn(async move {
            js::idle().await;
            let _ = load(target).await;
        });
    }
}
