//! Threads with an event loop that load the same chunk.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use host::{check, fault, is_bundled, is_split, log};
use wasm_bindgen::prelude::*;
use wasm_cleave::{ChunkInfo, Config, configure, split, threads};

use crate::chunks;
use crate::expect;

/// Eight threads want a chunk before it is there: one fetch, one compilation, eight instances.
pub async fn eight_at_once() {
    let ready = Arc::new(AtomicU32::new(0));
    let threads: Vec<_> = (0..8)
        .map(|n| {
            let ready = ready.clone();
            threads::spawn_async(move || async move {
                ready.fetch_add(1, Ordering::Relaxed);
                // Until all have started.
                while ready.load(Ordering::Relaxed) < 8 {
                    crate::together::turn().await;
                }
                chunks::eight(n).await
            })
            .expect("starts")
        })
        .collect();
    for thread in threads {
        log!("eight {:?}", thread.await);
    }
    let is_large = |chunk: &ChunkInfo| chunk.file.contains("-eight-") && chunk.size > 5 << 20;
    check!(wasm_cleave::chunks().iter().any(is_large) == is_split());
    expect("eight", |chunk| {
        (
            chunk.fetches,
            chunk.compilations,
            chunk.instantiations,
            chunk.stub_hits,
        ) == (1, 1, 8, 0)
            // Who comes when the bytes have arrived need not wait.
            && (1..=8).contains(&chunk.waits)
    });
}

/// Lets the page count the modules that it sends.
const COUNT_MODULES: &str = "
    const { postMessage } = MessagePort.prototype;
    globalThis.modulesSent = 0;
    MessagePort.prototype.postMessage = function (message, ...more) {
        if (message?.module) globalThis.modulesSent += 1;
        return postMessage.call(this, message, ...more);
    };
";

/// Compiled chunks are sent to threads that live, and to nobody else: however the others ended, and whoever started them.
pub async fn ended_threads_are_forgotten() {
    let stay = Arc::new(AtomicU32::new(0));
    let wait = |until: Arc<AtomicU32>| {
        let stays = move || async move {
            while until.load(Ordering::Relaxed) == 0 {
                turn().await;
            }
        };
        threads::spawn_async(stays).expect("starts")
    };
    let lives = wait(stay.clone());
    let terminated = wait(Arc::default());
    threads::spawn_async(|| async {})
        .expect("starts")
        .await
        .expect("ends");
    let parent = threads::spawn_async(move || async move {
        let child = threads::spawn_async(|| async {}).expect("starts");
        child.await.expect("ends");
        std::mem::forget(wait(Arc::default()));
    });
    parent.expect("starts").await.expect("ends");
    terminated.terminate();
    let _ = terminated.await;
    host::sleep(100).await;
    let run = |text: &str| js_sys::Function::new_no_args(text).call0(&JsValue::UNDEFINED);
    run(COUNT_MODULES).expect("is set up");
    split!(lonely).preload().await.expect("loads");
    log!("lonely {:?}", chunks::lonely(1).await);
    let sent = run("return globalThis.modulesSent").expect("counts");
    check!(sent == u32::from(is_split()));
    stay.store(1, Ordering::Relaxed);
    lives.await.expect("ends");
}

/// A turn of the event loop.
pub async fn turn() {
    let channel = web_sys::MessageChannel::new().expect("exists");
    let turned =
        js_sys::Promise::new(&mut |resolve, _| channel.port1().set_onmessage(Some(&resolve)));
    channel
        .port2()
        .post_message(&wasm_bindgen::JsValue::NULL)
        .expect("posts");
    let _ = wasm_bindgen_futures::JsFuture::from(turned).await;
    channel.port1().close();
}

/// What the page has compiled reaches threads with and without an event loop, when they start and when they run.
pub async fn warm() {
    let (go, gone) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (theirs, come) = (go.clone(), gone.clone());
    let before = threads::spawn_async(move || async move {
        come.store(1, Ordering::Relaxed);
        while theirs.load(Ordering::Relaxed) == 0 {
            turn().await;
        }
        chunks::warm(1).await
    })
    .expect("starts");
    while gone.load(Ordering::Relaxed) == 0 {
        turn().await;
    }
    log!("warm {:?}", split!(warm).preload().await);
    go.store(1, Ordering::Relaxed);
    log!("warm {:?}", before.await);
    let after = threads::spawn(|| chunks::warm(2).try_now().ok()).expect("starts");
    log!("warm {:?}", after.await);
    let after = threads::spawn_async(|| chunks::warm(3).into_future()).expect("starts");
    log!("warm {:?}", after.await);
    // One call through the stub: the thread that did not load, but tried.
    expect("warm", |chunk| {
        (chunk.fetches, chunk.compilations, chunk.instantiations) == (1, 1, 4)
    });
}

/// The error of the thread that fetched is the error of all who asked; the next load starts afresh.
pub async fn failures() {
    configure(Config::new().retries(0));
    fault("missing", 1000).await;
    let ask = || {
        (0..4).map(|n| match n % 2 {
            0 => threads::spawn(move || chunks::fails(n).wait()).expect("starts"),
            _ => threads::spawn_async(move || chunks::fails(n).into_future()).expect("starts"),
        })
    };
    for thread in ask().collect::<Vec<_>>() {
        let result = thread.await.expect("does not fail itself");
        match result {
            Ok(_) => check!(!is_split()),
            Err(error) => {
                check!(error.kind() == wasm_cleave::LoadErrorKind::NotFound);
                check!(error.url().ends_with(error.file()) || is_bundled());
                check!(error.attempts() == 1);
            }
        }
    }
    fault("none", 0).await;
    for thread in ask().collect::<Vec<_>>() {
        log!("fails {:?}", thread.await);
    }
    expect("fails", |chunk| {
        chunk.fetches >= 2 && (5..=8).contains(&chunk.waits)
    });
    configure(Config::new());
}

/// A thread that is ended while it asks is nobody's loss.
pub async fn asker_goes_away() {
    let asks = threads::spawn(|| chunks::leaves(1).wait()).expect("starts");
    // It asks while this thread is not at its event loop, so it cannot have been answered.
    while is_split() && crate::counted("leaves").is_some_and(|chunk| chunk.waits == 0) {
        turn().await;
    }
    asks.terminate();
    log!(
        "leaves {:?}",
        asks.await.map_err(|error| error.is_terminated()).map(drop)
    );
    let other = threads::spawn(|| chunks::leaves(2).wait()).expect("starts");
    log!("leaves {:?}", other.await);
}
