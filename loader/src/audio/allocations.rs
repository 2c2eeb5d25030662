//! Finds out whether processors allocate.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// An allocator that counts what is allocated and freed while a processor renders or obeys a command, on any thread:
/// everything that does so may come late.
///
/// For debugging: it costs a few loads with every allocation of the program.
///
/// ```no_run
/// use wasm_cleave::audio::CountAllocations;
///
/// #[global_allocator]
/// static ALLOCATOR: CountAllocations = CountAllocations::new(std::alloc::System);
///
/// fn check() {
///     assert_eq!(CountAllocations::count(), 0);
/// }
/// ```
#[derive(Debug, Default)]
pub struct CountAllocations<A = System>(A);

impl<A> CountAllocations<A> {
    /// Allocates as `allocator` does.
    #[must_use]
    pub const fn new(allocator: A) -> Self {
        CountAllocations(allocator)
    }
}

impl CountAllocations {
    /// How often memory was allocated, grown or freed inside of a processor.
    #[must_use]
    pub fn count() -> u32 {
        COUNT.load(Ordering::Relaxed)
    }
}

fn count() {
    #[cfg(target_feature = "atomics")]
    if super::inside::is_inside() {
        // Relaxed: a count says nothing of other memory.
        COUNT.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: everything is done by the allocator inside; counting allocates nothing.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountAllocations<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { self.0.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count();
        // SAFETY: as the caller promises.
        unsafe { self.0.dealloc(memory, layout) }
    }
}
