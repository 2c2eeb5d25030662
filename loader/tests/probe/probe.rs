//! The loader's whole surface, exported to `scenarios.mjs`, which plays the splitter's and the network's part.
//!
//! The splits have no entries: their chunks are made by hand.

#![allow(missing_docs, reason = "a test program")]

use std::cell::RefCell;
use std::time::Duration;

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_cleave::backend::{Backend, FetchError, Fetching, Request};
use wasm_cleave::{Config, Credentials, LoadErrorKind, Split, configure, split};

thread_local! {
    static EVENTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn named(name: &str) -> Split {
    match name {
        "alpha" => split!(alpha),
        "beta" => split!(beta),
        "gamma" => split!(gamma),
        _ => split!(nowhere),
    }
}

/// Numbers are milliseconds. Every step is written down for [`events`].
#[wasm_bindgen]
pub fn setup(retries: u32, pause: u32, attempt_limit: u32, limit: u32, base: Option<String>) {
    configure(config(retries, pause, attempt_limit, limit, base));
}

#[wasm_bindgen]
pub fn setup_backend(bytes: Function) {
    configure(config(0, 1, 1000, 1000, None).backend(Handed(bytes)));
}

fn config(
    retries: u32,
    pause: u32,
    attempt_limit: u32,
    limit: u32,
    base: Option<String>,
) -> Config {
    let milliseconds = |number: u32| Duration::from_millis(number.into());
    let config = Config::new()
        .retries(retries)
        .pauses(milliseconds(pause), milliseconds(pause * 4))
        .attempt_limit(milliseconds(attempt_limit))
        .time_limit(milliseconds(limit))
        .credentials(Credentials::Include)
        .on_progress(|progress| {
            // A listener may ask: nothing is borrowed while it runs.
            let _ = (split!(alpha).is_loaded(), wasm_cleave::chunks());
            let chunk = &progress.chunk;
            let event = format!(
                "{} {:?} {}/{}",
                chunk.file, chunk.phase, chunk.loaded, chunk.size
            );
            EVENTS.with_borrow_mut(|events| events.push(event));
        });
    match base {
        Some(base) => config.base(base),
        None => config,
    }
}

/// A backend of the user's own: a JavaScript function from the request's file to a promise of bytes.
struct Handed(Function);

impl Backend for Handed {
    fn fetch(&self, request: Request) -> Fetching<'_> {
        Box::pin(async move {
            let thrown = |thrown: JsValue| FetchError::thrown(LoadErrorKind::Backend, &thrown);
            let asked = self.0.call2(
                &JsValue::NULL,
                &request.file().into(),
                &request.url().into(),
            );
            let promise: Promise = asked.map_err(thrown)?.unchecked_into();
            let bytes: Uint8Array = promise.await.map_err(thrown)?.unchecked_into();
            request.compile(&bytes).await
        })
    }
}

/// Fails with the `ChunkLoadError`, to which the scenarios add what JavaScript does not see.
#[wasm_bindgen]
pub async fn preload(name: String) -> Result<(), JsValue> {
    let error = match named(&name).preload().await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    let is_retryable = error.is_retryable();
    let js: JsValue = error.into();
    Reflect::set(&js, &"retryable".into(), &is_retryable.into())?;
    Err(js)
}

/// Begins to load and goes away again.
#[wasm_bindgen]
pub fn preload_and_leave(name: String) {
    let mut load = named(&name).preload();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let poll = std::future::Future::poll(std::pin::Pin::new(&mut load), &mut context);
    assert!(poll.is_pending());
}

#[wasm_bindgen]
pub fn prefetch(name: &str) {
    named(name).prefetch();
}

#[wasm_bindgen]
pub fn is_loaded(name: &str) -> bool {
    named(name).is_loaded()
}

#[wasm_bindgen]
pub fn progress(name: &str) -> Array {
    let amount = named(name).progress();
    Array::of2(
        &(amount.loaded as f64).into(),
        &(amount.expected as f64).into(),
    )
}

#[wasm_bindgen]
pub fn events() -> Vec<String> {
    EVENTS.with_borrow_mut(std::mem::take)
}

#[wasm_bindgen]
pub fn chunks() -> Vec<String> {
    let chunks = wasm_cleave::chunks().into_iter();
    chunks
        .map(|chunk| {
            let timed = chunk
                .load_time()
                .is_some_and(|time| time < Duration::from_secs(60));
            let splits = chunk.splits.join("+");
            format!(
                "{} {splits} {:?} {} timed={timed}",
                chunk.file, chunk.phase, chunk.attempts
            )
        })
        .collect()
}

/// The byte that chunks write into by their `init`.
#[wasm_bindgen]
pub fn written(address: usize) -> u8 {
    // SAFETY: the chunks of `scenarios.rs` write below 1024, which is stack that is not in use.
    unsafe { std::ptr::read_volatile(address as *const u8) }
}
