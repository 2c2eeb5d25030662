//! Bindings that only programs with threads need: waiting for memory, ports, and what kind of thread this is.

use js_sys::WebAssembly::Module;
use js_sys::futures::JsFuture;
use js_sys::{Array, Function, Int32Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::node::node_module;
use super::timer::Timer;
use crate::time::Millis;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = Atomics, js_name = waitAsync)]
    static WAIT_ASYNC: Option<Function>;

    #[wasm_bindgen(js_namespace = Atomics, js_name = waitAsync)]
    fn atomics_wait_async(words: &Int32Array, index: u32, value: i32, timeout: f64) -> Waiting;

    type Waiting;

    #[wasm_bindgen(method, getter, js_name = async)]
    fn is_async(this: &Waiting) -> bool;

    #[wasm_bindgen(method, getter)]
    fn value(this: &Waiting) -> Promise;

    #[wasm_bindgen(js_name = Memory)]
    type Memory;

    #[wasm_bindgen(method, getter)]
    fn buffer(this: &Memory) -> JsValue;
}

/// What came of the wish to wait for a word.
pub(crate) enum Wait {
    /// Done when the word was notified, or the time is over.
    Begun(JsFuture),
    /// The word has another value already.
    Over,
    /// The engine cannot do it.
    Impossible,
}

/// `Atomics.waitAsync`.
pub(crate) fn wait_async(word: *const u32, seen: u32, limit: Millis) -> Wait {
    if WAIT_ASYNC.with(Option::is_none) {
        return Wait::Impossible;
    }
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    let words = Int32Array::new(&memory.buffer());
    let waiting = atomics_wait_async(&words, word as u32 / 4, seen as i32, limit.0);
    match waiting.is_async() {
        true => Wait::Begun(waiting.value().into()),
        false => Wait::Over,
    }
}

#[wasm_bindgen]
extern "C" {
    /// One end of a channel between threads; in Node it has the same methods.
    #[derive(Clone)]
    pub type MessagePort;

    #[wasm_bindgen(method, catch, js_name = postMessage)]
    pub(crate) fn post(this: &MessagePort, message: &Object) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = postMessage)]
    pub(crate) fn post_with(
        this: &MessagePort,
        message: &Object,
        transfer: &Array,
    ) -> Result<(), JsValue>;

    // Setting it starts the port.
    #[wasm_bindgen(method, setter, js_name = onmessage)]
    pub(crate) fn on_message(this: &MessagePort, listener: Option<&Function>);

    #[wasm_bindgen(method, setter, js_name = onmessageerror)]
    pub(crate) fn on_message_error(this: &MessagePort, listener: Option<&Function>);

    // Never fired by Firefox and WebKit.
    #[wasm_bindgen(method, setter, js_name = onclose)]
    pub(crate) fn on_close(this: &MessagePort, listener: Option<&Function>);

    #[wasm_bindgen(method)]
    pub(crate) fn close(this: &MessagePort);

    // Node only: an open port need not keep the program running.
    #[wasm_bindgen(method, catch, js_name = unref)]
    fn unref(this: &MessagePort) -> Result<JsValue, JsValue>;

    pub(crate) type MessageChannel;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> MessageChannel;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn port1(this: &MessageChannel) -> MessagePort;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn port2(this: &MessageChannel) -> MessagePort;

    pub(crate) type MessageEvent;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn data(this: &MessageEvent) -> Message;

    /// What our ports carry. For a thread that receives it: a compiled chunk. For the coordinator: the port of another thread
    /// and the number of that connection; the number alone when that thread is gone; nothing when this one goes.
    #[wasm_bindgen(extends = Object)]
    pub(crate) type Message;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn chunk(this: &Message) -> u32;

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_chunk(this: &Message, chunk: u32);

    #[wasm_bindgen(method, getter)]
    pub(crate) fn module(this: &Message) -> Option<Module>;

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_module(this: &Message, module: &Module);

    #[wasm_bindgen(method, getter)]
    pub(crate) fn number(this: &Message) -> Option<u32>;

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_number(this: &Message, number: u32);

    #[wasm_bindgen(method, getter)]
    pub(crate) fn port(this: &Message) -> Option<MessagePort>;

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_port(this: &Message, port: &MessagePort);
}

impl Message {
    pub(crate) fn new() -> Self {
        Object::new().unchecked_into()
    }
}

impl MessagePort {
    pub(crate) fn let_program_end(&self) {
        // Elsewhere there is no such method, and no need for it.
        let _ = self.unref();
    }
}

impl Timer {
    /// Does not keep the program running while it waits, which it would in Node only.
    pub(crate) fn letting_program_end(self) -> Self {
        let unref = Reflect::get(&self.timeout, &"unref".into()).unwrap_or_default();
        if let Ok(unref) = unref.dyn_into::<Function>() {
            let _ = unref.call0(&self.timeout);
        }
        self
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = document)]
    static DOCUMENT: Option<Object>;

    #[wasm_bindgen(thread_local_v2, js_name = WorkerGlobalScope)]
    static WORKER_SCOPE: Option<Object>;

    type NodeThreads;

    #[wasm_bindgen(method, getter, js_name = isMainThread)]
    fn is_main(this: &NodeThreads) -> bool;
}

/// Whether this thread has a page.
pub(crate) fn has_document() -> bool {
    DOCUMENT.with(Option::is_some)
}

/// Whether this thread is a Worker of the web.
pub(crate) fn is_worker_scope() -> bool {
    WORKER_SCOPE.with(Option::is_some)
}

/// Whether this is Node's main thread, if it is a thread of Node.
pub(crate) fn is_main_thread_of_node() -> Option<bool> {
    let threads = node_module::<NodeThreads>("node:worker_threads")?;
    Some(threads.is_main())
}
