//! A clock for the audio thread, which has none that tells more than milliseconds: a Worker reads its own again and again,
//! and writes it where all threads can see it. It sleeps in between, so that it takes no core away from the sound.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use wasm_cleave::threads;

use crate::dom::{self, Result};
use crate::rack::times::Times;

/// Microseconds of the day's clock, around every 71 minutes. Relaxed throughout: a time says nothing of other memory.
static NOW: AtomicU32 = AtomicU32::new(0);

static IS_WANTED: AtomicBool = AtomicBool::new(false);
static RUNS: AtomicBool = AtomicBool::new(false);

/// Microseconds from one time to the next: the median of the latest ones.
static STEP: AtomicU32 = AtomicU32::new(0);

/// How long the Worker sleeps between two times, at least. Systems add some of their own.
const PAUSE: Duration = Duration::from_micros(20);

/// A time that is older has not been written because the Worker had no core. In microseconds; what the audio thread
/// compares it with has milliseconds only, rounded down.
const STALE: i32 = 500;

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

/// What the clock can tell apart, in microseconds: a shorter time may come out as nothing, or as this. 0 until that is known.
pub(crate) fn step() -> u32 {
    STEP.load(Ordering::Relaxed)
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
    let now = || microseconds(origin + milliseconds());
    let mut last = now();
    let mut steps = Times::new();
    while IS_WANTED.load(Ordering::Relaxed) {
        thread::sleep(PAUSE);
        let now = now();
        NOW.store(now, Ordering::Relaxed);
        RUNS.store(true, Ordering::Relaxed);
        if let Some(steps) = steps.note(now.wrapping_sub(last) as f32) {
            STEP.store(steps.median as u32, Ordering::Relaxed);
        }
        last = now;
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
