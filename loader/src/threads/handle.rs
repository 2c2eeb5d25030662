//! What is known of a thread where it was started: when it ends, how, and with what.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use js_sys::futures::JsFuture;
use wasm_bindgen::JsValue;

use super::closure::Start;
use super::error::{JoinError, JoinErrorKind};
use super::handoff::Handoff;
use super::js::Worker;

/// A thread that was started. Awaiting it gives what its closure returned, once the thread has ended.
///
/// Dropping it detaches the thread. A thread is a child of the one that started it: when the parent terminates, the engine
/// terminates its children.
///
/// ```no_run
/// use wasm_cleave::threads;
///
/// # async fn sum(numbers: Vec<u64>) -> Result<u64, Box<dyn std::error::Error>> {
/// let handle: threads::JoinHandle<u64> = threads::spawn(move || numbers.iter().sum())?;
/// Ok(handle.await?)
/// # }
/// ```
#[must_use = "dropping a handle detaches the thread, and its failure goes unnoticed"]
pub struct JoinHandle<T> {
    worker: Worker,
    ended: JsFuture,
    start: Arc<Start>,
    /// The thread's result; taken only after its last message has come.
    outcome: Arc<Handoff<T>>,
    name: Option<String>,
    has_ended: bool,
}

impl<T> JoinHandle<T> {
    pub(super) fn new(
        worker: Worker,
        start: Arc<Start>,
        outcome: Arc<Handoff<T>>,
        name: Option<String>,
    ) -> Self {
        JoinHandle {
            ended: worker.ended().into(),
            worker,
            start,
            outcome,
            name,
            has_ended: false,
        }
    }

    /// The name that [`Builder::name`](super::Builder::name) gave.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Ends the thread wherever it is; awaiting the handle then gives an error that
    /// [was asked for](JoinError::is_terminated), unless the thread has ended before.
    ///
    /// Nothing that the thread owns is dropped, and its stack is not given back: nobody can tell when it has stopped
    /// using it. Locks that it holds stay locked, that of the allocator among them: if it was just allocating, the next
    /// thread that allocates never continues. If you can, let the closure return instead.
    pub fn terminate(&self) {
        self.worker.stop();
    }

    fn result(&self, ended: Result<JsValue, JsValue>) -> Result<T, JoinError> {
        let why = match ended {
            Ok(why) if why.is_null() => {
                self.start.terminate();
                return Err(self.error(JoinErrorKind::Terminated, String::new()));
            }
            Ok(why) => match (why.as_string(), self.outcome.take()) {
                (None, Some(value)) => return Ok(value),
                (why, _) => why.unwrap_or_default(),
            },
            Err(thrown) => crate::js::text(&thrown),
        };
        let kind = match self.start.fail() {
            true => JoinErrorKind::Failed,
            false => JoinErrorKind::NotStarted,
        };
        Err(self.error(kind, why))
    }

    fn error(&self, kind: JoinErrorKind, why: String) -> JoinError {
        JoinError::new(self.name.clone(), kind, why)
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let (ended, start) = (self.worker.ended(), self.start.clone());
        crate::js::spawn(async move {
            // A text says why it has failed.
            if ended.await.is_ok_and(|why| why.is_string()) {
                start.fail();
            }
        });
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let ended = ready!(Pin::new(&mut self.ended).poll(context));
        self.has_ended = true;
        Poll::Ready(self.result(ended))
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
