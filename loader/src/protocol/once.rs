//! A value that some thread puts into shared memory once, without a lock: nobody ever waits for anybody.
//!
//! Threads that come at the same time each make a value; the first one counts and the others are dropped.

use super::sync::{AtomicPtr, Ordering};

pub(crate) struct OnceBox<T> {
    /// Null, or a box that is never replaced.
    value: AtomicPtr<T>,
}

impl<T> OnceBox<T> {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        OnceBox {
            value: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        OnceBox {
            value: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        // Acquire: pairs with the release of `offer`, so that the content of the box is seen, too.
        let value = self.value.load(Ordering::Acquire);
        // SAFETY: not null means that it came from a box in `offer`; it is neither freed before `self` is, nor written.
        unsafe { value.as_ref() }
    }

    /// Makes `value` the value if there is none yet. Returns what is the value now.
    pub(crate) fn offer(&self, value: T) -> &T {
        let mine = Box::into_raw(Box::new(value));
        // Release: pairs with the acquire of `get`. Acquire on failure: pairs with this release by the thread that was first.
        let first = self.value.compare_exchange(
            core::ptr::null_mut(),
            mine,
            Ordering::Release,
            Ordering::Acquire,
        );
        let value = match first {
            Ok(_) => mine,
            Err(theirs) => {
                // SAFETY: nobody else has seen this box, which has just been made.
                drop(unsafe { Box::from_raw(mine) });
                theirs
            }
        };
        // SAFETY: as in `get`.
        unsafe { &*value }
    }
}

impl<T> Drop for OnceBox<T> {
    fn drop(&mut self) {
        // Relaxed: a drop has exclusive access, which needs a synchronisation of its own.
        let value = self.value.load(Ordering::Relaxed);
        if !value.is_null() {
            // SAFETY: it came from a box, and nobody holds a reference any more.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}

// SAFETY: the box is shared by reference and may be dropped by any thread; the pointer is only ever replaced by a
// compare-and-swap.
unsafe impl<T: Send + Sync> Sync for OnceBox<T> {}
// SAFETY: it owns the value.
unsafe impl<T: Send> Send for OnceBox<T> {}
