//! Every hand-written binding to JavaScript: only what the loader needs, since each is part of the main module.

#[cfg(target_feature = "atomics")]
mod linking;
mod node;
#[cfg(target_feature = "atomics")]
mod threads;
mod timer;

use std::future::Future;

use js_sys::futures::JsFuture;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::time::Millis;

pub(crate) use js_sys::Math::random;
pub(crate) use js_sys::WebAssembly::Module;
pub(crate) use js_sys::futures::spawn_local as spawn;
pub(crate) use node::file_system;
pub(crate) use timer::{Timer, idle, within};
#[cfg(target_feature = "atomics")]
pub(crate) use {linking::*, threads::*, timer::before};

// The literals are those of `contract.rs`; a test holds them together.
#[wasm_bindgen(raw_module = "./wasm-cleave-env.js")]
extern "C" {
    /// The URL to which a configured folder is relative.
    pub(crate) fn base() -> String;

    /// The URL of a chunk, wherever a bundler may have put it.
    pub(crate) fn locate(file: &str) -> String;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;

    #[wasm_bindgen(catch, js_name = String)]
    fn to_text(value: &JsValue) -> Result<String, JsValue>;

    #[wasm_bindgen(js_name = URL)]
    pub(crate) type Url;

    #[wasm_bindgen(catch, constructor, js_class = "URL")]
    pub(crate) fn relative(url: &str, base: &str) -> Result<Url, JsValue>;

    #[wasm_bindgen(catch, constructor, js_class = "URL")]
    pub(crate) fn absolute(url: &str) -> Result<Url, JsValue>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn href(this: &Url) -> String;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    pub(crate) fn fetch(url: &str, options: &Object) -> Result<Promise, JsValue>;

    pub(crate) type Response;

    #[wasm_bindgen(catch, constructor)]
    pub(crate) fn of(body: Option<ReadableStream>, options: &Object) -> Result<Response, JsValue>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn ok(this: &Response) -> bool;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn status(this: &Response) -> u16;

    #[wasm_bindgen(method, getter, js_name = statusText)]
    pub(crate) fn status_text(this: &Response) -> String;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn headers(this: &Response) -> Headers;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn body(this: &Response) -> Option<ReadableStream>;

    #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
    pub(crate) fn bytes(this: &Response) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = clone)]
    pub(crate) fn duplicate(this: &Response) -> Result<Response, JsValue>;

    pub(crate) type Headers;

    #[wasm_bindgen(method)]
    pub(crate) fn get(this: &Headers, name: &str) -> Option<String>;

    pub(crate) type ReadableStream;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    pub(crate) fn reader(this: &ReadableStream) -> Result<Reader, JsValue>;

    pub(crate) type Reader;

    #[wasm_bindgen(method)]
    pub(crate) fn read(this: &Reader) -> Promise;

    pub(crate) type Piece;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn done(this: &Piece) -> bool;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn value(this: &Piece) -> Uint8Array;

    // From characters below 256.
    #[wasm_bindgen(js_name = btoa)]
    pub(crate) fn base64(text: &str) -> String;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = WebAssembly, js_name = compile)]
    fn begin_to_compile(bytes: &Uint8Array) -> Promise;

    #[wasm_bindgen(thread_local_v2, js_namespace = WebAssembly, js_name = compileStreaming)]
    static COMPILE_STREAMING: Option<Function>;

    #[wasm_bindgen(js_namespace = WebAssembly, js_name = compileStreaming)]
    fn begin_to_compile_streaming(response: &Response) -> Promise;

    #[wasm_bindgen(js_namespace = WebAssembly, js_name = instantiate)]
    fn begin_to_instantiate(module: &Module, imports: &Object) -> Promise;

    #[wasm_bindgen(js_namespace = ["WebAssembly", "Module"], js_name = customSections)]
    pub(crate) fn custom_sections(module: &Module, name: &str) -> Array;

    // Missing where the page is not in a secure context.
    #[wasm_bindgen(thread_local_v2, js_namespace = crypto, js_name = subtle)]
    static SUBTLE: Option<Subtle>;

    type Subtle;

    #[wasm_bindgen(method)]
    fn digest(this: &Subtle, algorithm: &str, bytes: &Uint8Array) -> Promise;
}

/// What JavaScript would print for `value`.
pub(crate) fn text(value: &JsValue) -> String {
    to_text(value).unwrap_or_default()
}

/// The moment on the clock of `performance.now()`.
pub(crate) fn clock() -> Millis {
    Millis(now())
}

/// Sets a property of an object of our own, which cannot fail.
pub(crate) fn set(object: &Object, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &key.into(), value);
}

/// An `Error` with the property `kind`, whose message ends with the help, since consoles show nothing else.
pub(crate) fn error_with_help(mut message: String, help: &str, kind: &str) -> js_sys::Error {
    message.push_str("\nhelp: ");
    message.push_str(help);
    let error = js_sys::Error::new(&message);
    set(&error, "kind", &kind.into());
    error
}

/// The property of that name, or `undefined`.
pub(crate) fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or_default()
}

/// `WebAssembly.compile`, begun at once.
pub(crate) fn compile(bytes: &Uint8Array) -> impl Future<Output = Settled> + use<> {
    settled(begin_to_compile(bytes))
}

/// `WebAssembly.compileStreaming`, begun at once.
pub(crate) fn compile_streaming(response: &Response) -> impl Future<Output = Settled> + use<> {
    settled(begin_to_compile_streaming(response))
}

/// `WebAssembly.instantiate`, begun at once.
pub(crate) fn instantiate(
    module: &Module,
    imports: &Object,
) -> impl Future<Output = Settled> + use<> {
    settled(begin_to_instantiate(module, imports))
}

/// What a promise has come to.
type Settled = Result<JsValue, JsValue>;

/// Waits for what the engine does on a thread of its own.
///
/// WebKitGTK 2.50 does not always wake a Worker when it is done, and hands the result over at the Worker's next event
/// only. So there is a timer.
fn settled(promise: Promise) -> impl Future<Output = Settled> + use<> {
    const NEXT_EVENT: Millis = Millis(250.0);
    // Not inside of the future: a failure counts as handled even if nobody asks for it.
    let mut result = JsFuture::from(promise);
    async move {
        loop {
            if let Some(result) = within(NEXT_EVENT, &mut result).await {
                return result;
            }
        }
    }
}

pub(crate) fn can_compile_streaming() -> bool {
    COMPILE_STREAMING.with(Option::is_some)
}

/// Whether the engine computes hashes here.
pub(crate) fn can_hash() -> bool {
    SUBTLE.with(Option::is_some)
}

/// The SHA-256 of `bytes` as they are now, an `ArrayBuffer`; nothing where the engine computes none: see [`can_hash`].
pub(crate) fn sha256(bytes: &Uint8Array) -> Option<JsFuture> {
    SUBTLE.with(|subtle| Some(subtle.as_ref()?.digest("SHA-256", bytes).into()))
}

#[cfg(test)]
mod tests {
    use crate::contract;

    #[test]
    fn the_literals_are_those_of_the_contract() {
        let source = include_str!("js.rs");
        for line in [
            format!("raw_module = \"./{}\"", contract::ENV_FILE),
            format!("fn {}() -> String;", contract::ENV_BASE),
            format!("fn {}(file: &str) -> String;", contract::ENV_LOCATE),
        ] {
            assert!(source.contains(&line), "{line}");
        }
        let source = include_str!("js/linking.rs");
        for line in [
            format!("getter, js_name = \"{}\"", contract::EXPORT_TABLE),
            format!("setter = \"{}\"", contract::MAIN_NAMESPACE),
            format!("fn {}(this: &Exports)", contract::CHUNK_INIT),
        ] {
            assert!(source.contains(&line), "{line}");
        }
        let source = include_str!("shared/ensure.rs");
        assert!(source.contains(&format!("fn {}(slot: u32)", contract::ENSURE)));
    }
}
