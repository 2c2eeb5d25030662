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
use crate::rack::watch::Moment;

/// Microseconds by the Worker's clock, around every 71 minutes. Stored with release, after [`STALLS`], and loaded with
/// acquire, before it.
static NOW: AtomicU32 = AtomicU32::new(0);

/// How often the Worker had no core for longer than usual, and so the clock stood still.
static STALLS: AtomicU32 = AtomicU32::new(0);

static IS_WANTED: AtomicBool = AtomicBool::new(false);
static RUNS: AtomicBool = AtomicBool::new(false);

/// Microseconds from one time to the next: the median of the latest ones.
static STEP: AtomicU32 = AtomicU32::new(0);

/// How long the Worker sleeps between two times, at least. Systems add some of their own.
const PAUSE: Duration = Duration::from_micros(20);

/// A step that is so many times longer than usual is a stall.
const LONG: u32 = 4;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn milliseconds() -> f64;
}

/// What the clock says, if it runs.
pub(crate) fn now() -> Option<Moment> {
    if !RUNS.load(Ordering::Relaxed) {
        return None;
    }
    Some(Moment {
        time: NOW.load(Ordering::Acquire),
        stalls: STALLS.load(Ordering::Relaxed),
    })
}

/// What the clock can tell apart, in microseconds: a shorter time may come out as nothing, or as this. 0 until that is known.
pub(crate) fn step() -> u32 {
    STEP.load(Ordering::Relaxed)
}

fn microseconds() -> u32 {
    (milliseconds() * 1000.0) as u64 as u32
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
    let thread = threads::spawn(tick)?;
    spawn_local(async move {
        // If it has failed, nothing is measured.
        let _ = thread.await;
    });
    Ok(())
}

fn tick() {
    let mut steps = Times::new();
    let mut last = microseconds();
    while IS_WANTED.load(Ordering::Relaxed) {
        thread::sleep(PAUSE);
        let now = microseconds();
        let took = now.wrapping_sub(last);
        last = now;
        if took > LONG * step() {
            STALLS.fetch_add(1, Ordering::Relaxed);
        }
        NOW.store(now, Ordering::Release);
        RUNS.store(true, Ordering::Relaxed);
        steps.note(took as f32);
        if steps.is_full()
            && let Some(steps) = steps.summary()
        {
            STEP.store(steps.median as u32, Ordering::Relaxed);
        }
    }
    RUNS.store(false, Ordering::Relaxed);
}
