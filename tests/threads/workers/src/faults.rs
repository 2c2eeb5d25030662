//! A thread that ends while it publishes, and memory that grows while chunks are in use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use host::{check, is_split, log};
use wasm_bindgen::prelude::*;
use wasm_cleave::{split, threads};

use crate::chunks;
use crate::together::turn;

/// Tells that a thread is between claim and ready.
static PUBLISHING: AtomicU32 = AtomicU32::new(0);

/// Lets this thread stay in the middle of publishing for ever, at the address of a word that it sets before.
const STAY: &str = "
    const Instance = WebAssembly.Instance;
    WebAssembly.Instance = function (module, imports) {
        new Instance(module, imports);
        return { exports: { init() {
            const words = new Int32Array(imports.m.memory.buffer);
            Atomics.store(words, at / 4, 1);
            Atomics.wait(words, at / 4, 1);
        } } };
    };
";

/// Another thread takes over after a while, and writes the data.
pub async fn publisher_goes_away() {
    if !is_split() {
        log!("taken over {:?}", chunks::taken_over(1).await);
        return;
    }
    let thread = threads::spawn(|| {
        let stay = js_sys::Function::new_with_args("at", STAY);
        let at = JsValue::from_f64(PUBLISHING.as_ptr() as usize as f64);
        stay.call1(&JsValue::UNDEFINED, &at).expect("is set up");
        let _never = chunks::taken_over(0).blocking();
    });
    let thread = thread.expect("starts");
    while PUBLISHING.load(Ordering::Relaxed) == 0 {
        turn().await;
    }
    check!(!split!(taken_over).is_loaded());
    thread.terminate();
    check!(thread.await.is_err_and(|error| error.is_terminated()));
    log!("taken over {:?}", chunks::taken_over(1).await);
}

/// Memory grows by much between the fetch and the first call on another thread, and while that runs.
pub async fn memory_grows() {
    let before = Arc::new(chunks::grows(1).await.expect("loads"));
    let theirs = before.clone();
    let grow = || std::hint::black_box(vec![1_u8; 40 << 20]).len();
    let size = core::arch::wasm32::memory_size(0);
    check!(grow() == 40 << 20);
    check!(core::arch::wasm32::memory_size(0) > size);
    let thread = threads::spawn(move || {
        let first = theirs(1);
        let more = std::hint::black_box(vec![1_u8; 80 << 20]).len();
        (
            first,
            more,
            theirs(2),
            chunks::grows(2).blocking().map(|f| f(3)),
        )
    });
    log!("grown {:?}", thread.expect("starts").await);
    log!("grown {}", before(4));
}
