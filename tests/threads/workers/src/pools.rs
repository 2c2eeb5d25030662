//! Rayon pools whose jobs call split functions.

use std::sync::Arc;

use host::{check, is_split, log};
use rayon::prelude::*;
use wasm_cleave::{split, threads};

use crate::chunks::{self, Animal};
use crate::expect;

const THREADS: usize = 3;

/// A chunk is first touched in the middle of a job, by all threads at once.
pub async fn jobs_load() {
    let pool = threads::Pool::new(THREADS).await.expect("starts");
    log!("threads {}", pool.threads());
    let sum = pool.run(|| {
        let numbers = (0..100_u32).into_par_iter();
        let doubled = numbers.map(|n| {
            chunks::pooled(n)
                .blocking()
                .map_err(|error| error.to_string())
        });
        doubled.sum::<Result<u32, String>>()
    });
    log!("pooled {:?}", sum.await);
    expect("pooled", |chunk| {
        chunk.fetches == 1 && chunk.instantiations <= THREADS as u32
    });
    log!("pool ends {:?}", pool.end().await);
}

/// Threads that have slept since before the chunk was fetched get an object of it; and make one for the page.
pub async fn parked_threads_call() {
    let pool = threads::Pool::new(THREADS).await.expect("starts");
    let animal: Arc<dyn Animal> = chunks::spider(1).await.expect("loads").into();
    let theirs = animal.clone();
    let all = pool.run(move || {
        let called = rayon::broadcast(|_| theirs.legs());
        (called, theirs.named("spider"))
    });
    log!("parked {:?}", all.await);
    expect("spider", |chunk| {
        (chunk.fetches, chunk.instantiations, chunk.stub_hits)
            == (1, 1 + THREADS as u32, THREADS as u32)
    });
    let made = pool.run(|| chunks::spider(20).blocking());
    let made = made.await.expect("runs").expect("loads");
    log!("made {}", made.named("theirs"));
    drop(made);
    log!("warmed {:?}", split!(warm).preload_on_all_threads().await);
    expect("warm", |chunk| chunk.instantiations == 4 + THREADS as u32);
    log!("pool ends {:?}", pool.end().await);
}

/// A panic ends the thread; who waits hears of it.
pub async fn a_panic_is_an_error() {
    let pool = threads::Pool::new(2).await.expect("starts");
    let result = pool.run(|| -> u32 { panic!("as it should") }).await;
    log!("panicked {}", result.is_err());
    log!("refuses {}", pool.run(|| 1).await.is_err());
    log!("ends with an error {}", pool.end().await.is_err());
    let pool = threads::Pool::new(2).await.expect("starts");
    log!("another {:?}", pool.run(|| 2).await);
    log!("pool ends {:?}", pool.end().await);
}

pub async fn global() {
    log!("global {:?}", threads::init(THREADS).await);
    check!(threads::init(THREADS).await.is_err());
    let sum = threads::run(|| {
        let numbers = (0..50_u32).into_par_iter();
        numbers
            .map(|n| chunks::global(n).blocking().unwrap_or(0))
            .sum::<u32>()
    });
    log!("global {:?}", sum.await);
    expect("global", |chunk| chunk.fetches == u32::from(is_split()));
}
