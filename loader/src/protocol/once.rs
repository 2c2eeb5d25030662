//! A value that some thread puts into shared memory once, without a lock: no thread ever waits for another.
//!
//! Threads that come at the same time each make a value; the first one counts and the others are dropped.

#[cfg(loom)]
mod modelled;

#[cfg(loom)]
use modelled::RaceBox;
#[cfg(not(loom))]
use once_cell::race::OnceBox as RaceBox;

pub(crate) struct OnceBox<T>(RaceBox<T>);

impl<T> OnceBox<T> {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        OnceBox(RaceBox::new())
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        OnceBox(RaceBox::new())
    }

    pub(crate) fn get(&self) -> Option<&T> {
        self.0.get()
    }

    /// Makes `value` the value if there is none yet. Returns what is the value now.
    pub(crate) fn offer(&self, value: T) -> &T {
        self.0.get_or_init(|| Box::new(value))
    }
}
