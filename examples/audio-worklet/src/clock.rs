//! A clock for the audio thread, which has none that tells more than milliseconds: a Worker does nothing but read its own,
//! and writes it where all threads can see it. It keeps a core busy, so it runs only as long as it is wanted.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use wasm_cleave::threads;

use crate::dom::{self, Result};

/// Microseconds of the day's clock, around every 71 minutes. Relaxed throughout: a time says nothing of other memory.
static NOW: AtomicU32 = AtomicU32::new(0);

static IS_WANTED: AtomicBool = AtomicBool::new(false);
static RUNS: AtomicBool = AtomicBool::new(false);

/// A time that is older has not been written because the Worker had no core. In microseconds; what the audio thread
/// compares it with has milliseconds only, rounded down.
const STALE: i32 = 200;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn milliseconds() -> f64;
}

/// Microseconds since some moment, if the clock runs, and has not stood still.
pub(crate) fn now() -> Option<u32> {
    if !RUNS.load(Ordering::Relaxed) {
        return None;
    }
    let now = NOW.load(Ordering::Relaxed);
    let age = microseconds(js_sys::Date::now()).wrapping_sub(now);
    ((age as i32) < STALE).then_some(now)
}

fn microseconds(milliseconds: f64) -> u32 {
    (milliseconds * 1000.0) as u64 as u32
}

/// Lets the clock run, or stop. To be called on the page.
///
/// # Errors
/// When the engine refuses to start a Worker.
pub(crate) fn run(is_wanted: bool) -> Result {
    let was_wanted = IS_WANTED.swap(is_wanted, Ordering::Relaxed);
    if !is_wanted || was_wanted || RUNS.load(Ordering::Relaxed) {
        return Ok(());
    }
    let thread = threads::spawn(tick).map_err(|error| dom::error(&error.to_string()))?;
    spawn_local(async move {
        // If it has failed, nothing is measured.
        let _ = thread.await;
    });
    Ok(())
}

fn tick() {
    let origin = origin();
    while IS_WANTED.load(Ordering::Relaxed) {
        NOW.store(microseconds(origin + milliseconds()), Ordering::Relaxed);
        RUNS.store(true, Ordering::Relaxed);
    }
    RUNS.store(false, Ordering::Relaxed);
}

/// What the milliseconds of this thread lack to those of the day, taken where the latter go on to the next one. The
/// page's `timeOrigin` would be off by some.
fn origin() -> f64 {
    let before = js_sys::Date::now();
    loop {
        let now = js_sys::Date::now();
        if now != before {
            return now - milliseconds();
        }
    }
}
