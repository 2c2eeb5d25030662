//! A closure on its way to the thread that is going to run it, with the memory that the thread needs.

use std::pin::Pin;

use super::handoff::Handoff;
use super::room::Room;

/// What the thread has to do on its event loop after its closure has returned.
pub(super) type Task = Pin<Box<dyn Future<Output = ()>>>;

pub(super) type Job = Box<dyn FnOnce() -> Option<Task> + Send>;

/// What a new thread gets by its address: the closure, and the room that it lives in, until a thread takes them.
///
/// The Worker takes both when it runs. The thread that started a Worker which failed takes them as well, so that what the
/// closure has captured is dropped, and the room is freed; only one of the two gets them.
pub(super) struct Start {
    job: Handoff<Job>,
    room: Handoff<Room>,
}

impl Start {
    pub(super) fn new(job: Job, room: Room) -> Self {
        Start {
            job: Handoff::of(job),
            room: Handoff::of(room),
        }
    }

    /// On the new thread: the closure, unless the thread was terminated.
    pub(super) fn begin(&self) -> Option<Job> {
        if let Some(room) = self.room.take() {
            room.leave();
        }
        self.job.take()
    }

    /// On the other one, when the Worker has failed: whether the thread had begun. The room is freed if not.
    pub(super) fn fail(&self) -> bool {
        drop(self.job.take());
        self.room.take().is_none()
    }

    /// On the other one, when the Worker is being terminated, which may just begin: then it has its room already.
    pub(super) fn terminate(&self) {
        drop(self.job.take());
    }
}
