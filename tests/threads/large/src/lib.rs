//! A chunk of more than 5 MB of code, and how long threads wait for it: for the benchmark `sharing`.
//!
//! The page's query says what is measured: so many threads load the chunk (`share=8`), or so many fetch and compile its
//! file by themselves (`hand=8`).

#![feature(stdarch_wasm_atomic_wait)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use host::log;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_cleave::{split, threads, wasm_split};

type Step = fn(u64) -> u64;

/// Some arithmetic that the compiler cannot shorten, another one for each number.
#[inline(never)]
fn step<const N: u64>(value: u64) -> u64 {
    let mut value = std::hint::black_box(value);
    macro_rules! mix {
        ($($k:literal)*) => {
            $(
                value = value.rotate_left((N % 31 + $k) as u32) ^ (N * 0x9e37_79b9_7f4a_7c15 + $k);
                if value & (N + $k) == 0 {
                    value = std::hint::black_box(value.wrapping_mul(N + 3 * $k));
                }
            )*
        };
    }
    mix!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23);
    value
}

/// `steps!(n; a b c …)`: `4 ^ count` functions, numbered by all combinations of four digits.
macro_rules! steps {
    ($number:expr;) => { step::<{ $number }> as Step };
    ($number:expr; $digit:tt $($rest:tt)*) => {
        [
            steps!($number * 4; $($rest)*),
            steps!($number * 4 + 1; $($rest)*),
            steps!($number * 4 + 2; $($rest)*),
            steps!($number * 4 + 3; $($rest)*),
        ]
    };
}

static STEPS: [[[[[[Step; 4]; 4]; 4]; 4]; 4]; 4] = steps!(1; a b c d e f);

#[wasm_split(large)]
fn large(n: usize) -> u64 {
    let steps = STEPS.as_flattened().as_flattened().as_flattened();
    let steps = steps.as_flattened().as_flattened();
    steps
        .iter()
        .skip(n)
        .step_by(97)
        .fold(1, |value, step| step(value))
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;

    #[wasm_bindgen(thread_local_v2, js_namespace = location, js_name = search)]
    static QUERY: String;

    #[wasm_bindgen(thread_local_v2, js_namespace = location, js_name = href)]
    static PAGE: String;
}

async fn by_hand(url: &str) {
    let compile = Function::new_with_args("url", "return WebAssembly.compileStreaming(fetch(url))");
    let compiling = compile.call1(&JsValue::UNDEFINED, &url.into());
    let compiling: Promise = compiling.expect("can be called").unchecked_into();
    JsFuture::from(compiling).await.expect("compiles");
}

/// Waits for a word to change, on the event loop.
async fn until(word: &AtomicU32, wanted: u32) {
    let words = js_sys::Int32Array::new(
        &wasm_bindgen::memory()
            .unchecked_into::<js_sys::WebAssembly::Memory>()
            .buffer(),
    );
    loop {
        let seen = word.load(Ordering::SeqCst);
        if seen >= wanted {
            return;
        }
        let waiting = js_sys::Atomics::wait_async(&words, word.as_ptr() as u32 / 4, seen as i32);
        let waiting = waiting.expect("the engine can wait");
        let value = js_sys::Reflect::get(&waiting, &"value".into()).expect("has a value");
        if let Ok(promise) = value.dyn_into::<Promise>() {
            let _ = JsFuture::from(promise).await;
        }
    }
}

fn add(word: &AtomicU32) {
    word.fetch_add(1, Ordering::SeqCst);
    // SAFETY: the address is that of an aligned word, and nothing is written.
    unsafe { core::arch::wasm32::memory_atomic_notify(word.as_ptr().cast(), u32::MAX) };
}

#[derive(Default)]
struct Race {
    ready: AtomicU32,
    go: AtomicU32,
    done: AtomicU32,
}

#[wasm_bindgen]
pub async fn run() {
    let query = QUERY.with(String::clone);
    let (what, count) = query
        .trim_start_matches('?')
        .split_once('=')
        .expect("a query");
    let count: u32 = count.parse().expect("a number");
    let share = what == "share";
    let chunk = wasm_cleave::chunks()
        .into_iter()
        .next()
        .expect("there is a chunk");
    let page = PAGE.with(String::clone);
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let url = format!("{folder}/{}", chunk.file);
    let race = Arc::new(Race::default());
    let threads: Vec<_> = (0..count)
        .map(|n| {
            let (race, url) = (race.clone(), url.clone());
            let work = move || async move {
                add(&race.ready);
                until(&race.go, 1).await;
                match share {
                    true => split!(large).preload().await.expect("loads"),
                    false => by_hand(&url).await,
                }
                add(&race.done);
                // Outside of the time of all: what it calls is compiled only now.
                until(&race.go, 2).await;
                if share {
                    assert!(large(n as usize).try_now().is_ok());
                }
            };
            threads::spawn_async(work).expect("starts")
        })
        .collect();
    until(&race.ready, count).await;
    let start = now();
    add(&race.go);
    until(&race.done, count).await;
    let took = now() - start;
    add(&race.go);
    for thread in threads {
        thread.await.expect("does not fail");
    }
    log!("{} {took}", chunk.size);
}
