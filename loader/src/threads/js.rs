//! The bindings to JavaScript that threads need.

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;

// The literals are those of `contract.rs`; a test holds them together.
#[wasm_bindgen(raw_module = "./wasm-cleave-env.js")]
extern "C" {
    /// A Worker that has got its start message.
    #[derive(Clone)]
    pub(super) type Worker;

    /// Starts a Worker with this message.
    #[wasm_bindgen(catch)]
    pub(super) fn worker(start: &Object) -> Result<Worker, JsValue>;

    /// Settles when the thread has ended: `undefined`, or the text of what went wrong.
    #[wasm_bindgen(method, getter)]
    pub(super) fn ended(this: &Worker) -> Promise;

    /// How many threads the machine runs at once.
    #[cfg(feature = "rayon")]
    pub(super) fn parallelism() -> usize;

    /// Ends the thread wherever it is; `ended` becomes `null`.
    #[wasm_bindgen(method)]
    pub(super) fn stop(this: &Worker);
}
