//! A closure on its way to the thread that is going to run it.

use std::pin::Pin;
use std::sync::Mutex;

/// What the thread has to do on its event loop after its closure has returned.
pub(super) type Task = Pin<Box<dyn Future<Output = ()>>>;

pub(super) type Job = Box<dyn FnOnce() -> Option<Task> + Send>;

/// What a new thread gets by its address: the closure, until somebody takes it.
///
/// The Worker takes it when it runs. Whoever started a Worker that failed takes it as well, so that what the closure
/// has captured is dropped; only one of them gets it. Nobody ever waits for the lock.
pub(super) struct Start(Mutex<Option<Job>>);

impl Start {
    pub(super) fn new(job: Job) -> Self {
        Start(Mutex::new(Some(job)))
    }

    pub(super) fn take(&self) -> Option<Job> {
        self.0.try_lock().ok()?.take()
    }
}
