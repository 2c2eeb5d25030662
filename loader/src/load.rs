//! Loading as the rest of the crate sees it: a target, and a future that is done when its chunks can be called.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::LoadError;
use crate::ids::ChunkIndex;
use crate::memory::role::{ThreadId, this_thread};
use crate::memory::{self, ready};
use crate::progress::Step;
use crate::registry::WaiterId;
use crate::report::note;
use crate::target::Target;
use crate::{js, state};

/// A load that starts when it is first polled. Concurrent loads of the same chunks share one fetch.
///
/// Dropping it stops the wait, not the fetch. A clone is a load of its own.
///
/// ```
/// use wasm_cleave::{Load, LoadError, split, wasm_split};
///
/// #[wasm_split(editor)]
/// fn open_editor() {}
///
/// async fn start() -> Result<(), LoadError> {
///     let load: Load = split!(editor).preload();
///     // … the page is drawn
///     load.await
/// }
/// ```
#[derive(Debug)]
#[must_use = "a load does nothing until it is awaited"]
pub struct Load {
    target: Target,
    /// Plain data: wakers live in the registry of that thread; a load that moves to another begins to wait there.
    /// `None` before the first poll and after the end.
    waiter: Option<(ThreadId, WaiterId)>,
}

impl Load {
    /// The waiter, if it is this thread's.
    fn waiter(&self) -> Option<WaiterId> {
        let (thread, waiter) = self.waiter?;
        (thread == this_thread()).then_some(waiter)
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
            let _forgotten = state::with(|loads| loads.registry.forget(waiter));
        }
    }
}

impl Future for Load {
    type Output = Result<(), LoadError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let waiter = match self.waiter() {
            Some(waiter) => waiter,
            None => match begin(self.target) {
                Ok(Some(waiter)) => waiter,
                Ok(None) => return Poll::Ready(Ok(())),
                Err(error) => return Poll::Ready(Err(error)),
            },
        };
        let waker = context.waker().clone();
        let (poll, _old) = state::with(|loads| loads.registry.poll(waiter, waker));
        self.waiter = poll.is_pending().then(|| (this_thread(), waiter));
        poll
    }
}

/// Starts to load all that `target` needs and nobody is loading yet; `None` if there is nothing to wait for.
fn begin(target: Target) -> Result<Option<WaiterId>, LoadError> {
    memory::become_coordinator_if_main();
    let mut missing = state::with(|loads| loads.needed_by(target))?;
    missing.retain(|&chunk| !ready::is_linked(chunk));
    if missing.is_empty() {
        return Ok(None);
    }
    let (waiter, start) = state::with(|loads| loads.registry.wait(missing));
    start.into_iter().for_each(load_chunk);
    Ok(Some(waiter))
}

/// Loads a chunk that the registry has just noted as loading.
fn load_chunk(chunk: ChunkIndex) {
    js::spawn(async move {
        let result = memory::make_callable(chunk).await;
        let step = match &result {
            Ok(()) => Step::Ready,
            Err(error) => Step::Failed(error.clone()),
        };
        let wakers = state::with(|loads| loads.registry.finish(chunk, &result));
        note(chunk, step);
        for waker in wakers {
            waker.wake();
        }
    });
}

/// Loads what `target` needs, as soon as the result is first polled.
pub(crate) fn load(target: Target) -> Load {
    Load {
        target,
        waiter: None,
    }
}

/// Whether all that `target` needs is ready. It allocates nothing: the audio thread asks.
pub(crate) fn is_loaded(target: Target) -> bool {
    state::with(|loads| {
        let is_ready = |chunk| ready::is_callable(chunk, loads.file(chunk).size);
        loads
            .chunks_of(target)
            .is_some_and(|mut chunks| chunks.all(is_ready))
    })
}

/// Loads what `target` needs and blocks this thread until it is there.
///
/// # Errors
/// When the thread must not block, or the load fails.
pub(crate) fn load_blocking(target: Target) -> Result<(), LoadError> {
    if is_loaded(target) {
        return Ok(());
    }
    let chunks = state::with(|loads| loads.needed_by(target))?;
    memory::make_callable_blocking(&chunks)
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
