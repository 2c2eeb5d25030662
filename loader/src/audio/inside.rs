//! Which threads are inside a processor, recognised by their stacks.
//!
//! An allocator asks, also on threads that have no thread-local data yet, or not any more. So nothing here is thread-local
//! but each audio thread's own entry in the list of all, which is there as long as the program.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// How far below the place where a processor was entered its stack goes, at least: half of what a thread has.
const DEPTH: usize = 1 << 20;

static FIRST: AtomicPtr<Inside> = AtomicPtr::new(ptr::null_mut());

thread_local! {
    static HERE: Cell<Option<&'static Inside>> = const { Cell::new(None) };
}

/// One audio thread.
struct Inside {
    /// Where on the stack it has entered a processor; 0 outside.
    entered: AtomicUsize,
    /// Written before the entry is in the list.
    next: AtomicPtr<Inside>,
}

/// Gives this thread an entry, if it has none. Nothing is ever taken out of the list.
pub(super) fn prepare() {
    if HERE.get().is_some() {
        return;
    }
    let mine: &'static Inside = Box::leak(Box::new(Inside {
        entered: AtomicUsize::new(0),
        next: AtomicPtr::default(),
    }));
    let place = ptr::from_ref(mine).cast_mut();
    loop {
        let first = FIRST.load(Ordering::Relaxed);
        mine.next.store(first, Ordering::Relaxed);
        // Release: a thread that finds the entry finds it complete.
        let added = FIRST.compare_exchange(first, place, Ordering::Release, Ordering::Relaxed);
        if added.is_ok() {
            break;
        }
    }
    HERE.set(Some(mine));
}

/// Notes that this thread, which is prepared, enters a processor.
#[inline(never)]
pub(super) fn enter() {
    note(stack_pointer());
}

/// Notes that this thread is outside again.
pub(super) fn leave() {
    note(0);
}

fn note(place: usize) {
    if let Some(inside) = HERE.get() {
        // Relaxed: only the thread itself is interested.
        inside.entered.store(place, Ordering::Relaxed);
    }
}

/// Whether this thread is inside of a processor. It uses no thread-local data.
pub(crate) fn is_inside() -> bool {
    let here = stack_pointer();
    let mut next = FIRST.load(Ordering::Acquire);
    // SAFETY: entries are never freed.
    while let Some(inside) = unsafe { next.as_ref() } {
        // A stack of another thread is not that near: this one has all of its own below.
        let depth = inside.entered.load(Ordering::Relaxed).wrapping_sub(here);
        if depth < DEPTH {
            return true;
        }
        next = inside.next.load(Ordering::Relaxed);
    }
    false
}

/// Some place at the end of this thread's stack, which grows downwards.
#[inline(always)]
fn stack_pointer() -> usize {
    let place = 0_u8;
    std::hint::black_box(ptr::from_ref(&place)) as usize
}
