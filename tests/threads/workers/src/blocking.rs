//! Calls that block until the chunk is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use host::{check, is_split, log};
use wasm_cleave::{Config, ErrorKind, configure, threads};

use crate::chunks;
use crate::expect;

pub async fn on_a_worker() {
    let thread = threads::spawn(|| {
        let first = chunks::blocks(1).blocking();
        (first, chunks::blocks(2).blocking())
    });
    log!("blocks {:?}", thread.expect("starts").await);
    expect("blocks", |chunk| {
        (chunk.fetches, chunk.instantiations, chunk.waits) == (1, 1, 1)
    });
    let thread = threads::spawn(|| chunks::later(1).blocking().is_ok());
    log!("later {:?}", thread.expect("starts").await);
}

/// The page must not block, loaded or not.
pub async fn where_it_is_impossible() {
    match chunks::refused(1).blocking() {
        Ok(_) => check!(!is_split()),
        Err(error) => check!(error.kind() == ErrorKind::CannotBlock),
    }
    log!("refused {:?}", chunks::refused(2).await);
    log!("refused {:?}", chunks::refused(3).blocking());
}

/// A page that waits for a thread that waits for the page: the thread hears of it, and both go on.
pub async fn while_the_page_spins() {
    let (started, ended) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (come, done) = (started.clone(), ended.clone());
    let thread = threads::spawn(move || {
        configure(Config::new().answer_limit(Duration::from_millis(300)));
        come.store(1, Ordering::Relaxed);
        let result = chunks::spins(1).blocking();
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
            check!(error.kind() == ErrorKind::NoAnswer && error.is_retryable());
            check!(error.to_string().contains("the page must not wait"));
        }
    }
    let thread = threads::spawn(|| chunks::spins(2).blocking());
    log!("spins {:?}", thread.expect("starts").await);
}
