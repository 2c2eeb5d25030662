//! What lies in the chunk: code with vtables, and data that is changed.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Wake, Waker};

use super::{DROPPED, Object, Probe, WOKEN};

static COUNT: AtomicU32 = AtomicU32::new(100);
static TABLE: [AtomicU32; 3] = [AtomicU32::new(1), AtomicU32::new(2), AtomicU32::new(3)];
static FIRST: OnceLock<u32> = OnceLock::new();

thread_local! {
    static HERE: Cell<u32> = const { Cell::new(1000) };
}

struct Thing(u32);

impl Probe for Thing {
    fn times(&self, factor: u32) -> u32 {
        self.0 * factor
    }

    fn count(&self) -> u32 {
        COUNT.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn count_here(&self) -> u32 {
        HERE.set(HERE.get() + 1);
        HERE.get()
    }

    fn swap(&self, at: usize, value: u32) -> u32 {
        TABLE[at].swap(value, Ordering::Relaxed)
    }

    fn first(&self, value: u32) -> u32 {
        *FIRST.get_or_init(|| value)
    }
}

impl Drop for Thing {
    fn drop(&mut self) {
        DROPPED.fetch_add(self.0, Ordering::Relaxed);
    }
}

struct Counted;

impl Wake for Counted {
    fn wake(self: Arc<Self>) {
        WOKEN.fetch_add(1, Ordering::Relaxed);
    }
}

pub(super) fn object(value: u32) -> Object {
    Box::new(Thing(value))
}

pub(super) fn waker() -> Waker {
    Arc::new(Counted).into()
}

pub(super) fn double(value: u32) -> u32 {
    std::hint::black_box(value) * 2
}
