//! What the console shows where a pool has no threads.

#[cfg(target_family = "wasm")]
use wasm_bindgen::prelude::*;

use super::error::SpawnError;

/// Says once on the console why pools have no threads.
#[cfg(target_family = "wasm")]
pub(super) fn work_alone(why: &SpawnError) {
    use std::sync::atomic::{AtomicBool, Ordering};

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = console)]
        fn warn(text: &str);
    }
    static HAS_SAID: AtomicBool = AtomicBool::new(false);
    // Relaxed: nothing else goes with it.
    if !HAS_SAID.swap(true, Ordering::Relaxed) {
        warn(&format!(
            "wasm-cleave: thread pools have no threads, and run each job on the thread that asks for it: {why}\nhelp: {}",
            why.help()
        ));
    }
}

/// Elsewhere rayon has threads of its own.
#[cfg(not(target_family = "wasm"))]
pub(super) fn work_alone(_: &SpawnError) {}
