//! Wrong bytes for who asks, a thread that ends while it publishes, and memory that grows while chunks are in use.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use host::{check, fault, is_bundled, is_split, log};
use wasm_bindgen::prelude::*;
use wasm_cleave::{Config, LoadError, LoadErrorKind, configure, split, threads};

use crate::together::turn;
use crate::{chunks, expect};

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

/// Servers that compress files are no fault: the sizes and hashes are those of what comes out.
pub async fn compressed() {
    fault("compressed", 99).await;
    let thread = threads::spawn(|| chunks::compressed(1).wait());
    log!("compressed {:?}", thread.expect("starts").await);
    fault("none", 0).await;
    expect("compressed", |chunk| {
        (chunk.fetches, chunk.instantiations) == (1, 1)
    });
}

/// The coordinator tries again, and who asked does not notice.
pub async fn wrong_once() {
    let soon = Duration::from_millis(1);
    configure(Config::new().retries(1).pauses(soon, soon));
    fault("wrong", 1).await;
    let thread = threads::spawn(|| chunks::once(1).wait());
    log!("once {:?}", thread.expect("starts").await);
    expect("once", |chunk| {
        (chunk.fetches, chunk.instantiations, chunk.waits) == (2, 1, 1)
    });
    configure(Config::new());
}

/// They are an error of their kind on the threads that asked, which ask again when all is well.
pub async fn wrong_bytes() {
    configure(Config::new().retries(0));
    refused(
        "wrong",
        LoadErrorKind::Integrity,
        || chunks::wrong(1).wait(),
        || Box::pin(chunks::wrong(2).into_future()),
    )
    .await;
    refused(
        "long",
        LoadErrorKind::Integrity,
        || chunks::long(1).wait(),
        || Box::pin(chunks::long(2).into_future()),
    )
    .await;
    refused(
        "other",
        LoadErrorKind::OtherBuild,
        || chunks::other(1).wait(),
        || Box::pin(chunks::other(2).into_future()),
    )
    .await;
    configure(Config::new());
}

type Loading = Pin<Box<dyn Future<Output = Result<u32, LoadError>>>>;

/// Two threads ask for the chunk of a split in vain, and again when the fault of the same name is mended.
async fn refused(
    name: &str,
    kind: LoadErrorKind,
    blocking: fn() -> Result<u32, LoadError>,
    awaiting: fn() -> Loading,
) {
    fault(name, 1000).await;
    let (told, mended) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (tell, go) = (told.clone(), mended.clone());
    let blocks = threads::spawn(move || {
        let first = blocking();
        tell.fetch_add(1, Ordering::Relaxed);
        while go.load(Ordering::Relaxed) == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        (first, blocking())
    });
    let (tell, go) = (told.clone(), mended.clone());
    let awaits = threads::spawn_async(move || async move {
        let first = awaiting().await;
        tell.fetch_add(1, Ordering::Relaxed);
        while go.load(Ordering::Relaxed) == 0 {
            turn().await;
        }
        (first, awaiting().await)
    });
    while told.load(Ordering::Relaxed) < 2 {
        turn().await;
    }
    fault("none", 0).await;
    mended.store(1, Ordering::Relaxed);
    for thread in [blocks, awaits] {
        let (first, second) = thread.expect("starts").await.expect("does not fail itself");
        match first {
            Ok(_) => check!(!is_split()),
            Err(error) => {
                check!(error.kind() == kind && error.attempts() == 1);
                check!(error.url().ends_with(error.file()) || is_bundled());
            }
        }
        log!("{name} {second:?}");
    }
    expect(name, |chunk| {
        (2..=3).contains(&chunk.fetches) && (3..=4).contains(&chunk.waits)
    });
}

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
        let _never = chunks::taken_over(0).wait();
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

/// Memory is full when a chunk comes: that is an error, and once there is room it comes after all.
pub async fn memory_is_full() {
    const BLOCK: usize = 512 << 10;
    let mut hoard: Vec<Vec<u8>> = Vec::with_capacity(1 << 12);
    loop {
        let mut block = Vec::new();
        if block.try_reserve_exact(BLOCK).is_err() {
            break;
        }
        hoard.push(block);
    }
    match chunks::bulky(1).await {
        Ok(_) => check!(!is_split()),
        Err(error) => check!(error.kind() == LoadErrorKind::Memory && error.attempts() == 1),
    }
    drop(hoard);
    log!("bulky {:?}", chunks::bulky(2).await);
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
            chunks::grows(2).wait().map(|f| f(3)),
        )
    });
    log!("grown {:?}", thread.expect("starts").await);
    log!("grown {}", before(4));
}
