//! A pool that wasm-bindgen-rayon starts: its workers get `{ module, memory }` and never come back to their event loop.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use host::{check, is_split, log, opaque};
use rayon::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_cleave::{chunk_counters, wasm_split};

type Object = Box<dyn Fn(u32) -> u32 + Send + Sync>;

#[wasm_split(work)]
fn work(n: u32) -> u32 {
    static CALLS: AtomicU32 = AtomicU32::new(10);
    CALLS.fetch_add(1, Ordering::Relaxed);
    opaque(n) * 2
}

#[wasm_split(object)]
fn object(added: u32) -> Object {
    Box::new(move |n| opaque(n) + added)
}

/// Runs a job in the pool; the page waits on its event loop.
async fn in_pool<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> T {
    let result = std::sync::Arc::new(Mutex::new(None));
    let theirs = result.clone();
    rayon::spawn(move || {
        let value = job();
        *theirs.lock().expect("no thread fails") = Some(value);
    });
    loop {
        if let Some(value) = result.try_lock().ok().and_then(|mut value| value.take()) {
            return value;
        }
        host::sleep(1).await;
    }
}

#[wasm_bindgen]
pub async fn run() {
    JsFuture::from(wasm_bindgen_rayon::init_thread_pool(3))
        .await
        .expect("the pool starts");
    // The page has not used the loader; a thread of the pool waits for it all the same.
    check!(wasm_cleave::threads::coordinate());
    let sum = in_pool(|| {
        let all = (0..100).into_par_iter();
        let doubled = all.map(|n| work(n).wait().map_err(|error| error.to_string()));
        doubled.sum::<Result<u32, String>>()
    });
    log!("work {:?}", sum.await);

    // The threads sleep while the page loads it.
    let made = object(7).await.expect("loads");
    let (made, answers) = in_pool(move || {
        let answers = rayon::broadcast(|context| made(context.index() as u32));
        (made, answers)
    })
    .await;
    log!("object {answers:?} {}", made(5));
    let made = in_pool(|| object(9).wait().expect("is loaded")).await;
    log!("from the pool {}", made(1));
    if is_split() {
        for chunk in chunk_counters() {
            check!(chunk.fetches == 1);
        }
    }
    log!("all right");
}
