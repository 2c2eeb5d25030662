//! Loading as the rest of the crate sees it: a target, and a future that is done when its chunks are ready.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::{ErrorKind, Failure, LoadError};
#[cfg(target_feature = "atomics")]
use crate::ids::ChunkIndex;
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
    /// The bytes of a chunk only, in the memory of all threads.
    #[cfg(target_feature = "atomics")]
    Bytes(ChunkIndex),
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
    /// The thread whose registry knows the waiter: who moves to another begins to wait there.
    #[cfg(target_feature = "atomics")]
    thread: u32,
}

impl Load {
    /// The waiter, if it is this thread's.
    fn waiter(&self) -> Option<WaiterId> {
        #[cfg(target_feature = "atomics")]
        if self.thread != crate::shared::coordinator::this_thread() {
            return None;
        }
        self.waiter
    }
}

impl Clone for Load {
    fn clone(&self) -> Self {
        load(self.target)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter() {
            // Dropped here, since it holds a waker, which is the user's code.
            let _forgotten = state::with(|state| state.registry(self.target).forget(waiter));
        }
    }
}

impl Future for Load {
    type Output = Result<(), LoadError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let waker = context.waker().clone();
        if let Some(waiter) = self.waiter() {
            let (poll, _old) = state::with(|state| state.registry(self.target).poll(waiter, waker));
            if poll.is_ready() {
                self.waiter = None;
            }
            return poll;
        }
        #[cfg(target_feature = "atomics")]
        crate::shared::coordinator::volunteer_if_main();
        let wait = state::with(|state| {
            let chunks = state.needed_by(self.target)?;
            Ok(state.registry(self.target).wait(chunks, waker))
        });
        match wait {
            Err(error) => Poll::Ready(Err(error)),
            Ok(Wait::Over) => Poll::Ready(Ok(())),
            Ok(Wait::Begun { waiter, start }) => {
                self.waiter = Some(waiter);
                #[cfg(target_feature = "atomics")]
                {
                    self.thread = crate::shared::coordinator::this_thread();
                }
                for chunk in start {
                    obtain::start(chunk, self.target);
                }
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
        #[cfg(target_feature = "atomics")]
        thread: 0,
    }
}

/// Whether all that `target` needs is ready.
pub(crate) fn is_loaded(target: Target) -> bool {
    state::with(|state| state.is_loaded(target))
}

/// Loads what `target` needs and blocks this thread until it is there.
///
/// # Errors
/// When the thread must not block, or the load fails.
pub(crate) fn load_now(target: Target) -> Result<(), LoadError> {
    if is_loaded(target) {
        return Ok(());
    }
    let chunks = state::with(|state| state.needed_by(target))?;
    #[cfg(target_feature = "atomics")]
    if crate::shared::coordinator::may_block() {
        return crate::shared::bring_now(&chunks);
    }
    let failure = Failure::new(ErrorKind::CannotBlock, "");
    match chunks.first() {
        Some(&chunk) => Err(obtain::error(chunk, failure)),
        None => Ok(()),
    }
}

/// Links what `target` needs with this thread, if it is ready; a failure shows when it is called.
#[cfg(all(target_feature = "atomics", feature = "rayon"))]
pub(crate) fn link_here(target: Target) {
    let chunks = state::with(|state| state.needed_by(target));
    crate::shared::link_here(&chunks.unwrap_or_default());
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
