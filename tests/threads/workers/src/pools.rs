//! Rayon pools whose jobs call split functions.

use std::num::NonZero;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::future::{Either, select};
use host::{check, is_split, log};
use rayon::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_cleave::{split, threads};

use crate::chunks::{self, Animal};
use crate::expect;

const THREADS: usize = 3;

#[wasm_bindgen(inline_js = "
const Workers = globalThis.process?.versions.node ? process.getBuiltinModule('node:worker_threads') : globalThis;
const { Worker } = Workers;
export function breakWorkers(are) {
  let count = 0;
  class Broken extends Worker {
    constructor(file, options) {
      super((count += 1) % 3 === 0 ? './nothing.js' : file, options);
    }
  }
  Workers.Worker = are ? Broken : Worker;
}
")]
extern "C" {
    /// Lets each third Worker miss its script.
    #[wasm_bindgen(js_name = breakWorkers)]
    fn break_workers(are: bool);
}

/// A chunk is first touched in the middle of a job, by all threads at once.
pub async fn jobs_load() {
    let pool = threads::Pool::new(NonZero::new(THREADS))
        .await
        .expect("starts");
    log!("threads {}", pool.num_threads());
    let sum = pool.install(|| {
        let numbers = (0..100_u32).into_par_iter();
        let doubled = numbers.map(|n| chunks::pooled(n).wait().map_err(|error| error.to_string()));
        doubled.sum::<Result<u32, String>>()
    });
    log!("pooled {:?}", sum.await);
    expect("pooled", |chunk| {
        chunk.fetches == 1 && chunk.instantiations <= THREADS as u32
    });
    log!("pool ends {:?}", pool.shutdown().await);
}

/// Threads that have slept since before the chunk was fetched get an object of it; and make one for the page.
pub async fn parked_threads_call() {
    let pool = threads::Pool::new(NonZero::new(THREADS))
        .await
        .expect("starts");
    let animal: Arc<dyn Animal> = chunks::spider(1).await.expect("loads").into();
    let theirs = animal.clone();
    let all = pool.install(move || {
        let called = rayon::broadcast(|_| theirs.legs());
        (called, theirs.named("spider"))
    });
    log!("parked {:?}", all.await);
    expect("spider", |chunk| {
        (chunk.fetches, chunk.instantiations, chunk.stub_hits)
            == (1, 1 + THREADS as u32, THREADS as u32)
    });
    let made = pool.install(|| chunks::spider(20).wait());
    let made = made.await.expect("runs").expect("loads");
    log!("made {}", made.named("theirs"));
    drop(made);
    log!("warmed {:?}", split!(warm).preload_on_all_threads().await);
    expect("warm", |chunk| chunk.instantiations == 4 + THREADS as u32);
    log!("pool ends {:?}", pool.shutdown().await);
}

/// A panic ends the thread; who waits hears of it.
pub async fn a_panic_is_an_error() {
    let pool = threads::Pool::new(NonZero::new(2)).await.expect("starts");
    let result = pool.install(|| -> u32 { panic!("as it should") }).await;
    log!("panicked {}", result.is_err());
    log!("refuses {}", pool.install(|| 1).await.is_err());
    log!("ends with an error {}", pool.shutdown().await.is_err());
    let pool = threads::Pool::new(NonZero::new(2)).await.expect("starts");
    log!("another {:?}", pool.install(|| 2).await);
    log!("pool ends {:?}", pool.shutdown().await);
}

/// A job whose other half another thread has: that still writes to the stack of the one that fails.
pub async fn a_failed_stack_is_kept() {
    static STOLEN: AtomicU32 = AtomicU32::new(0);
    let pool = threads::Pool::new(NonZero::new(2)).await.expect("starts");
    let job = pool.install(|| {
        let mut local = [0x11_u32; 1 << 12];
        rayon::join(
            || {
                while STOLEN.load(Ordering::Relaxed) == 0 {
                    std::hint::spin_loop();
                }
                panic!("as it should")
            },
            || {
                STOLEN.store(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(300));
                std::hint::black_box(&mut local).fill(0x22);
                STOLEN.store(2, Ordering::Relaxed);
            },
        );
    });
    check!(job.await.is_err());
    // As large as the stack: it would lie there.
    let ours = vec![0x55_u32; (2 << 20) / 4 - 64];
    while STOLEN.load(Ordering::Relaxed) != 2 {
        host::sleep(10).await;
    }
    check!(ours.iter().all(|&word| word == 0x55));
    check!(pool.shutdown().await.is_err());
}

/// The other threads of a pool that has failed end between two jobs: one that was ended in the allocator would lock it.
pub async fn failed_pools_lock_nothing() {
    for _ in 0..3 {
        let pool = threads::Pool::new(NonZero::new(THREADS))
            .await
            .expect("starts");
        let stop = Arc::new(AtomicU32::new(0));
        for _ in 1..THREADS {
            let stop = stop.clone();
            let busy = pool.install(move || {
                while stop.load(Ordering::Relaxed) == 0 {
                    std::hint::black_box(vec![1_u8; 100]);
                }
            });
            check!(soon(20, busy).await.is_none());
        }
        check!(
            pool.install(|| -> u32 { panic!("as it should") })
                .await
                .is_err()
        );
        check!(
            soon(20_000, pool.shutdown())
                .await
                .is_some_and(|end| end.is_err())
        );
        drop(std::hint::black_box(vec![1_u8; 100]));
        stop.store(1, Ordering::Relaxed);
    }
}

/// A start that was given up leaves nobody asleep on memory that is used again.
pub async fn failed_starts_leave_no_sleeper() {
    break_workers(true);
    for _ in 0..10 {
        check!(threads::Pool::new(NonZero::new(THREADS)).await.is_err());
        let words: Vec<_> = (0..100).map(|_| Arc::new(AtomicU32::new(0))).collect();
        let woken = words.iter().map(|word| {
            // SAFETY: the address is that of an aligned word, and nothing is written.
            unsafe { core::arch::wasm32::memory_atomic_notify(word.as_ptr().cast(), u32::MAX) }
        });
        check!(woken.sum::<u32>() == 0);
    }
    break_workers(false);
}

/// Nobody waits for what a thread that has failed would have done.
pub async fn failed_pools_keep_nobody() {
    let pool = threads::Pool::new(NonZero::new(THREADS))
        .await
        .expect("starts");
    check!(
        pool.install(|| -> u32 { panic!("as it should") })
            .await
            .is_err()
    );
    let loaded = soon(20_000, split!(kept).preload_on_all_threads()).await;
    log!("without those that failed {loaded:?}");
    log!("kept {:?}", chunks::kept(1).await);
    drop(pool);

    let pool = threads::Pool::new(NonZero::new(THREADS))
        .await
        .expect("starts");
    let fails = pool.install(|| -> u32 {
        std::thread::sleep(Duration::from_millis(200));
        panic!("as it should")
    });
    check!(soon(20, fails).await.is_none());
    check!(
        soon(20_000, pool.shutdown())
            .await
            .is_some_and(|end| end.is_err())
    );
}

/// What `work` comes to, if it does within so many milliseconds.
async fn soon<T>(limit: u32, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pin!(host::sleep(limit))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// The global pool is that of all threads, not only of the one that made it.
pub async fn global_elsewhere() {
    let thread = threads::spawn_async(|| async {
        let index = threads::install(rayon::current_thread_index).await;
        index.is_ok_and(|index| index.is_some())
    });
    check!(thread.expect("starts").await == Ok(true));
}

pub async fn global() {
    log!(
        "global {:?}",
        threads::init_thread_pool(NonZero::new(THREADS)).await
    );
    check!(
        threads::init_thread_pool(NonZero::new(THREADS))
            .await
            .is_err()
    );
    let sum = threads::install(|| {
        let numbers = (0..50_u32).into_par_iter();
        numbers
            .map(|n| chunks::global(n).wait().unwrap_or(0))
            .sum::<u32>()
    });
    log!("global {:?}", sum.await);
    expect("global", |chunk| chunk.fetches == u32::from(is_split()));
}
