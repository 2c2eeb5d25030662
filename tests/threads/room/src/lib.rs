//! Memory that has room for some threads, but not for all that start together: each start works or is an error, and
//! later ones work when there is room again.

use std::num::NonZero;
use std::time::Duration;

use host::{check, log};
use wasm_bindgen::prelude::*;
use wasm_cleave::audio::{AudioErrorKind, Worklet};
use wasm_cleave::threads::{self, Pool, SpawnErrorKind};
use web_sys::OfflineAudioContext;

/// How many threads start together, and for how many stacks of 2 MiB there is room.
const THREADS: usize = 12;
const FIT: usize = 6;

#[wasm_bindgen]
pub async fn run() {
    let hoard = leave(FIT * (2 << 20) + (1 << 20));
    for _ in 0..3 {
        start_together(FIT).await;
    }
    pools(FIT).await;
    drop(hoard);
    start_together(THREADS).await;
    pools(THREADS).await;
    if js_sys::Reflect::has(&js_sys::global(), &"OfflineAudioContext".into()) == Ok(true) {
        worklets().await;
    }
    log!("all right");
}

/// Fills the memory but for so many bytes in one piece.
fn leave(room: usize) -> Vec<Vec<u8>> {
    let reserve = |bytes| {
        let mut block = Vec::new();
        block.try_reserve_exact(bytes).is_ok().then_some(block)
    };
    let mut hoard: Vec<Vec<u8>> = Vec::with_capacity(1 << 13);
    let room = reserve(room).expect("there is room now");
    for bytes in [512 << 10, 64 << 10] {
        while let Some(block) = reserve(bytes) {
            hoard.push(block);
        }
    }
    drop(std::hint::black_box(room));
    hoard
}

/// Starts all in one go, of which at least `fit - 1` have room: other things lie there too.
async fn start_together(fit: usize) {
    let start = |n| {
        threads::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            n
        })
    };
    let starts: Vec<_> = (0..THREADS).map(start).collect();
    let mut came = 0;
    for (number, start) in starts.into_iter().enumerate() {
        match start {
            Ok(handle) => {
                let result = handle.await;
                check!(result == Ok(number));
                came += 1;
            }
            Err(error) => {
                check!(error.kind() == SpawnErrorKind::NoMemory);
                check!(error.help().contains("--max-memory"));
                let error = error.to_string();
                check!(error.starts_with("cannot start a thread: the memory has no room for 2"));
                check!(error.contains(" bytes, "));
            }
        }
    }
    log!("{}", (fit - 1..=fit).contains(&came));
}

/// The whole pool or an error, after which as many threads as fit start at once.
async fn pools(fit: usize) {
    match Pool::new(NonZero::new(THREADS)).await {
        Ok(pool) => {
            check!(fit == THREADS && pool.num_threads() == THREADS);
            check!(pool.shutdown().await.is_ok());
        }
        Err(error) => {
            let error = error.to_string();
            check!(fit < THREADS);
            check!(
                error.starts_with("cannot start a thread pool: cannot start a thread: the memory")
            );
        }
    }
    let pool = Pool::new(NonZero::new(fit - 1)).await.expect("fits");
    log!(
        "pool of {}: {:?}",
        pool.num_threads(),
        pool.install(|| 7).await
    );
    check!(pool.shutdown().await.is_ok());
}

async fn worklets() {
    let context =
        OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(1, 128, 48e3);
    let context = context.expect("a context");
    let hoard = leave(1 << 20);
    let error = Worklet::start(&context).await.err().expect("has no room");
    check!(error.kind() == AudioErrorKind::Memory);
    check!(error.to_string().contains("the memory has no room for 2"));
    drop(hoard);
    log!("worklet {}", Worklet::start(&context).await.is_ok());
}
