//! A value that one thread puts down and another takes, at most once.

use std::sync::Mutex;

/// The place of such a value. One thread at a time touches it, so no thread ever waits for the lock: where two do, one of
/// them gets nothing.
pub(super) struct Handoff<T>(Mutex<Option<T>>);

impl<T> Handoff<T> {
    /// With a value to be taken.
    pub(super) const fn of(value: T) -> Self {
        Handoff(Mutex::new(Some(value)))
    }

    pub(super) fn put(&self, value: T) {
        if let Ok(mut place) = self.0.try_lock() {
            *place = Some(value);
        }
    }

    pub(super) fn take(&self) -> Option<T> {
        self.0.try_lock().ok()?.take()
    }
}

impl<T> Default for Handoff<T> {
    fn default() -> Self {
        Handoff(Mutex::new(None))
    }
}
