//! once_cell's `race::RaceBox` in the types of loom, whose models have to see its atomic.

use super::super::sync::{AtomicPtr, Ordering};

pub(super) struct RaceBox<T> {
    /// Null, or a box that is never replaced.
    value: AtomicPtr<T>,
}

impl<T> RaceBox<T> {
    pub(super) fn new() -> Self {
        RaceBox {
            value: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    pub(super) fn get(&self) -> Option<&T> {
        // Acquire: pairs with the release of `get_or_init`, so that the content of the box is seen, too.
        let value = self.value.load(Ordering::Acquire);
        // SAFETY: not null means that it came from a box in `get_or_init`; it is neither freed before `self` is, nor written.
        unsafe { value.as_ref() }
    }

    pub(super) fn get_or_init(&self, make: impl FnOnce() -> Box<T>) -> &T {
        let mine = Box::into_raw(make());
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
                // SAFETY: no other thread has seen this box, which is new.
                drop(unsafe { Box::from_raw(mine) });
                theirs
            }
        };
        // SAFETY: as in `get`.
        unsafe { &*value }
    }
}

impl<T> Drop for RaceBox<T> {
    fn drop(&mut self) {
        // Relaxed: a drop has exclusive access, which needs a synchronisation of its own.
        let value = self.value.load(Ordering::Relaxed);
        if !value.is_null() {
            // SAFETY: it came from a box, and there is no reference any more.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}

// SAFETY: the box is shared by reference and may be dropped by any thread; the pointer is only ever replaced by a
// compare-and-swap.
unsafe impl<T: Send + Sync> Sync for RaceBox<T> {}
// SAFETY: it owns the value.
unsafe impl<T: Send> Send for RaceBox<T> {}
