//! Threads that the loader starts: results, failures, futures, an early end, and memory that is given back.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use host::{check, log};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use wasm_cleave::threads::{self, Builder};

const STACK: usize = 1 << 20;

static COUNTER: AtomicUsize = AtomicUsize::new(0);

#[wasm_bindgen]
pub async fn run() {
    results().await;
    failure().await;
    futures().await;
    what_is_left().await;
    no_room().await;
    termination().await;
    memory().await;
}

/// Eight at once, on one counter.
async fn results() {
    let handles: Vec<_> = (0..8_usize)
        .map(|n| {
            threads::spawn(move || {
                for _ in 0..1000 {
                    COUNTER.fetch_add(n, Ordering::Relaxed);
                }
                format!("thread {n}")
            })
        })
        .collect();
    for handle in handles {
        match handle {
            Ok(handle) => log!("{:?}", handle.await),
            Err(error) => log!("WRONG {error}"),
        }
    }
    log!("counter {}", COUNTER.load(Ordering::Relaxed));
}

/// A panic is an error where the thread is awaited, and nobody else is hurt.
async fn failure() {
    let handle = Builder::new()
        .name("panics")
        .spawn(|| -> u32 { panic!("as it should") });
    match handle.expect("starts").await {
        Ok(_) => log!("WRONG it did not panic"),
        Err(error) => log!("terminated {} {error}", error.is_terminated()),
    }
    let handle = threads::spawn_async(|| async {
        host_free_pause().await;
        panic!("later");
    });
    log!("later {}", handle.expect("starts").await.is_err());
    log!("after {:?}", threads::spawn(|| 7).expect("starts").await);
}

/// A future runs on the event loop of its thread.
async fn futures() {
    let shared = Arc::new(AtomicUsize::new(1));
    let theirs = shared.clone();
    let handle = threads::spawn_async(move || async move {
        for _ in 0..3 {
            host_free_pause().await;
            theirs.fetch_add(1, Ordering::Relaxed);
        }
        "future"
    });
    log!(
        "{:?} {}",
        handle.expect("starts").await,
        shared.load(Ordering::Relaxed)
    );
    check!(Arc::strong_count(&shared) == 1);
}

/// What a closure leaves to its thread's event loop runs, with the thread's own stack and thread-local data.
async fn what_is_left() {
    thread_local! {
        static LOCAL: Cell<u32> = const { Cell::new(0) };
    }
    static LEFT: AtomicUsize = AtomicUsize::new(0);
    let leave = || {
        LOCAL.set(3);
        spawn_local(async {
            spawn_local(async {
                LEFT.fetch_add(LOCAL.get() as usize, Ordering::Relaxed);
            });
        });
    };
    let ended = threads::spawn(leave).expect("starts").await;
    log!("left {ended:?} {}", LEFT.load(Ordering::Relaxed));
}

/// A stack that memory has no room for: an error, and nobody else is hurt.
async fn no_room() {
    let refused = Builder::new().stack_size(usize::MAX / 2).spawn(|| ());
    log!("refused {}", refused.is_err());
    log!("smaller {:?}", threads::spawn(|| 8).expect("starts").await);
}

/// A thread that would never end.
async fn termination() {
    let handle = threads::spawn(|| {
        loop {
            std::thread::park();
        }
    });
    let handle: threads::JoinHandle<()> = handle.expect("starts");
    handle.terminate();
    log!(
        "terminated {:?}",
        handle.await.map_err(|error| error.is_terminated())
    );
}

/// One after the other: stacks are used again.
async fn memory() {
    let start = || {
        Builder::new()
            .stack_size(STACK)
            .spawn(|| std::hint::black_box([1_u8; 1000]).len())
    };
    log!("{:?}", start().expect("starts").await);
    let before = core::arch::wasm32::memory_size(0);
    for _ in 0..50 {
        check!(start().expect("starts").await == Ok(1000));
    }
    let grown = (core::arch::wasm32::memory_size(0) - before) << 16;
    log!("grown by less than two stacks: {}", grown < 2 * STACK);
}

/// A turn of the event loop, without what only the page has.
async fn host_free_pause() {
    let promise = js_sys::Promise::resolve(&JsValue::UNDEFINED);
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
