//! Bindings for linking a chunk in the middle of any code, where memory is shared: no string crosses to JavaScript.

use js_sys::WebAssembly::Module;
use js_sys::{Function, JsString, Object, Uint8Array};
use wasm_bindgen::prelude::*;

// The literals are those of `contract.rs`; a test holds them together.
#[wasm_bindgen]
extern "C" {
    /// Main's export object, or a chunk's.
    pub(crate) type Exports;

    #[wasm_bindgen(method, getter, js_name = "$_table")]
    pub(crate) fn table(this: &Exports) -> Table;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn init(this: &Exports) -> Option<Function>;

    pub(crate) type Table;

    #[wasm_bindgen(method)]
    pub(crate) fn get(this: &Table, slot: u32) -> JsValue;

    #[wasm_bindgen(extends = Object)]
    pub(crate) type Imports;

    #[wasm_bindgen(method, setter = "m")]
    pub(crate) fn set_main(this: &Imports, exports: &JsValue);

    #[wasm_bindgen(js_namespace = WebAssembly)]
    pub(crate) type Instance;

    #[wasm_bindgen(catch, constructor, js_namespace = WebAssembly)]
    fn new(module: &Module, imports: &Imports) -> Result<Instance, JsValue>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn exports(this: &Instance) -> Exports;

    #[wasm_bindgen(js_name = Error)]
    type Thrown;

    #[wasm_bindgen(constructor, js_class = "Error")]
    fn new(message: &JsString) -> Thrown;
}

// rustfmt 1.9 removes the values of foreign statics.
#[rustfmt::skip]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, static_string)]
    pub(crate) static UNKNOWN_SLOT: JsString = "wasm-cleave: a call came to a slot that belongs to no chunk\nhelp: deploy all files of one `wasm-cleave` run together";

    #[wasm_bindgen(thread_local_v2, static_string)]
    pub(crate) static NOT_READY: JsString = "wasm-cleave: a function of a chunk was called before the chunk was loaded\nhelp: look for a data race in the program; without one, this is a bug of wasm-cleave";

    #[wasm_bindgen(thread_local_v2, static_string)]
    pub(crate) static NOT_FILLED: JsString = "wasm-cleave: a chunk did not fill the slot that was called\nhelp: deploy all files of one `wasm-cleave` run together";
}

/// Compiles at once. The page of Chromium refuses above 8 MiB.
pub(crate) fn module(bytes: &Uint8Array) -> Result<Module, JsValue> {
    Module::new(bytes)
}

/// Links at once. The page of Chromium refuses above 8 MiB.
pub(crate) fn instance(module: &Module, imports: &Imports) -> Result<Instance, JsValue> {
    Instance::new(module, imports)
}

/// An `Error` with a message that lies in JavaScript already.
pub(crate) fn error(message: &JsString) -> JsValue {
    Thrown::new(message).into()
}
