//! The bindings to JavaScript that audio needs.

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::BaseAudioContext;

use crate::js::{MessagePort, get};

// The literals are those of `contract.rs`; a test holds them together.
#[wasm_bindgen(raw_module = "./wasm-cleave-env.js")]
extern "C" {
    /// Runs the script of the audio thread there, or with `params`, which are JSON, the one that registers processors
    /// with these parameters. Resolves to the name of the processor.
    #[wasm_bindgen(catch)]
    pub(super) fn worklet(context: &BaseAudioContext, params: &str) -> Result<Promise, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    #[wasm_bindgen(extends = web_sys::AudioWorkletNode, js_name = AudioWorkletNode)]
    pub(super) type Node;

    #[wasm_bindgen(catch, constructor, js_class = "AudioWorkletNode")]
    pub(super) fn new(
        context: &BaseAudioContext,
        name: &str,
        options: &Object,
    ) -> Result<Node, JsValue>;

    #[wasm_bindgen(method, getter, js_name = port)]
    pub(super) fn messages(this: &Node) -> MessagePort;

    #[wasm_bindgen(method, setter, js_name = onprocessorerror)]
    pub(super) fn on_failure(this: &Node, listener: Option<&Function>);

    // The block size of a context, where the engine lets pages choose it.
    #[wasm_bindgen(extends = BaseAudioContext)]
    pub(super) type Context;

    #[wasm_bindgen(method, getter, js_name = renderQuantumSize)]
    pub(super) fn block_size(this: &Context) -> Option<u32>;
}

/// Whether this page may share memory with other threads.
pub(super) fn is_isolated() -> bool {
    get(&js_sys::global(), "crossOriginIsolated").is_truthy()
}
