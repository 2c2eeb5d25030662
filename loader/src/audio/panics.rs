//! The message of a panic in a processor, on its way to the page: it is part of the node's error.

use std::cell::Cell;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

use super::inside;

thread_local! {
    /// What the last panic on this thread has said.
    static MESSAGE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Keeps the messages of panics in processors from now on, and lets the program's own hook do what it did.
pub(super) fn keep() {
    static HAS_HOOK: AtomicBool = AtomicBool::new(false);
    // Relaxed: nothing else goes with it.
    if HAS_HOOK.swap(true, Ordering::Relaxed) {
        return;
    }
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if inside::is_inside() {
            MESSAGE.set(Some(panic.to_string()));
        }
        hook(panic);
    }));
}

/// The message of the panic that the processor has just failed of, if it was one.
pub(super) fn take() -> Option<String> {
    MESSAGE.take()
}
