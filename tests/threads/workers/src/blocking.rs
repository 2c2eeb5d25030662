//! Calls that block until the chunk is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use host::{check, is_split, log};
use wasm_bindgen::prelude::*;
use wasm_cleave::backend::{Backend, Fetch, FetchError, Fetching, Request};
use wasm_cleave::{ChunkPhase, Config, LoadError, LoadErrorKind, Split, configure, split, threads};

use crate::chunks;
use crate::expect;

pub async fn on_a_worker() {
    check!(is_ready(split!(blocks)) != is_split());
    let thread = threads::spawn(|| {
        let first = chunks::blocks(1).wait();
        (first, chunks::blocks(2).wait())
    });
    log!("blocks {:?}", thread.expect("starts").await);
    expect("blocks", |chunk| {
        (chunk.fetches, chunk.instantiations, chunk.waits) == (1, 1, 1)
    });
    // Neither this thread nor a new one has loaded it.
    check!(is_ready(split!(blocks)));
    let thread = threads::spawn(|| is_ready(split!(blocks)));
    check!(thread.expect("starts").await == Ok(true));
    let thread = threads::spawn(|| chunks::later(1).wait().is_ok());
    log!("later {:?}", thread.expect("starts").await);
}

/// Whether a split is loaded, by all that says so, which must agree.
fn is_ready(split: Split) -> bool {
    let name = format!("-{}-", split.name());
    let mut chunks = wasm_cleave::chunks();
    chunks.retain(|chunk| chunk.file.contains(&name));
    let is_loaded = split.is_loaded();
    for chunk in chunks {
        check!((chunk.phase == ChunkPhase::Ready) == is_loaded);
        check!((chunk.loaded == chunk.size) == is_loaded);
    }
    check!((split.progress().fraction() == 1.0) == is_loaded);
    is_loaded
}

/// Refuses everything.
struct Refuses;

impl Backend for Refuses {
    fn fetch(&self, _: Request) -> Fetching<'_> {
        Box::pin(async { Err(FetchError::new(LoadErrorKind::Backend, "refused")) })
    }
}

/// Reads files without an event loop.
struct AtOnce;

const READ: &str = "
    if (url.startsWith('file:')) {
        return process.getBuiltinModule('node:fs').readFileSync(new URL(url));
    }
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.responseType = 'arraybuffer';
    request.send();
    return new Uint8Array(request.response);
";

impl Backend for AtOnce {
    fn fetch(&self, request: Request) -> Fetching<'_> {
        Box::pin(async move {
            let read = js_sys::Function::new_with_args("url", READ);
            let bytes = read
                .call1(&JsValue::UNDEFINED, &request.url().into())
                .map_err(|thrown| FetchError::thrown(LoadErrorKind::Network, &thrown))?;
            request.compile(&bytes.unchecked_into()).await
        })
    }
}

/// Where a thread has a backend of its own, that is used whether a call awaits or blocks, and no other.
pub async fn with_own_backend() {
    // Asked here: the host of the test is not there on Workers.
    let is_split = is_split();
    let thread = threads::spawn_async(move || async move {
        let fails = |result: Result<u32, LoadError>, kind| match result {
            Ok(_) => check!(!is_split),
            Err(error) => check!(error.kind() == kind && error.attempts() == 1),
        };
        configure(Config::new().retries(0).backend(Refuses));
        fails(chunks::own(1).await, LoadErrorKind::Backend);
        fails(chunks::own(2).wait(), LoadErrorKind::Backend);
        configure(Config::new().retries(0).backend(Fetch));
        fails(chunks::own(3).wait(), LoadErrorKind::CannotBlock);
        configure(Config::new().retries(0).backend(AtOnce));
        chunks::own(4).wait()
    });
    log!("own {:?}", thread.expect("starts").await);
    expect("own", |chunk| (chunk.fetches, chunk.waits) == (4, 0));
    log!("own {:?}", chunks::own(5).await);
}

/// The page must not block, loaded or not.
pub async fn where_it_is_impossible() {
    match chunks::refused(1).wait() {
        Ok(_) => check!(!is_split()),
        Err(error) => check!(error.kind() == LoadErrorKind::CannotBlock),
    }
    log!("refused {:?}", chunks::refused(2).await);
    log!("refused {:?}", chunks::refused(3).wait());
}

/// A page that waits for a thread that waits for the page: the thread hears of it, and both go on.
pub async fn while_the_page_spins() {
    let (started, ended) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (come, done) = (started.clone(), ended.clone());
    let thread = threads::spawn(move || {
        configure(Config::new().answer_limit(Duration::from_millis(300)));
        come.store(1, Ordering::Relaxed);
        let result = chunks::spins(1).wait();
        done.store(1, Ordering::Relaxed);
        result
    });
    let thread = thread.expect("starts");
    while started.load(Ordering::Relaxed) == 0 {
        crate::together::turn().await;
    }
    while ended.load(Ordering::Relaxed) == 0 {
        std::hint::spin_loop();
    }
    match thread.await.expect("does not fail itself") {
        Ok(_) => check!(!is_split()),
        Err(error) => {
            check!(error.kind() == LoadErrorKind::NoAnswer && error.is_retryable());
            check!(error.help().contains("the page must not wait"));
        }
    }
    let thread = threads::spawn(|| chunks::spins(2).wait());
    log!("spins {:?}", thread.expect("starts").await);
}
