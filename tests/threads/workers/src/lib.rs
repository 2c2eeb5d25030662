//! Threads that want the same chunks: one fetch for all, blocking calls, failures, pools, and threads that go away.

#![feature(stdarch_wasm_atomic_wait)]

mod blocking;
mod chunks;
mod faults;
mod objects;
mod pools;
mod together;

use host::log;
use wasm_bindgen::prelude::*;
use wasm_cleave::{ChunkCounters, chunk_counters};

#[wasm_bindgen]
pub async fn run() {
    together::eight_at_once().await;
    together::warm().await;
    together::failures().await;
    blocking::on_a_worker().await;
    blocking::with_own_backend().await;
    blocking::where_it_is_impossible().await;
    blocking::while_the_page_spins().await;
    together::asker_goes_away().await;
    together::ended_threads_are_forgotten().await;
    objects::travel().await;
    faults::wrong_once().await;
    faults::wrong_bytes().await;
    faults::compressed().await;
    faults::memory_grows().await;
    faults::publisher_goes_away().await;
    pools::jobs_load().await;
    pools::parked_threads_call().await;
    pools::a_panic_is_an_error().await;
    pools::a_failed_stack_is_kept().await;
    pools::failed_pools_lock_nothing().await;
    pools::failed_starts_leave_no_sleeper().await;
    pools::failed_pools_keep_nobody().await;
    pools::global().await;
    pools::global_elsewhere().await;
    faults::memory_is_full().await;
    log!("all right");
}

/// What has been counted for the chunk of a split; there is none in the program that is not split.
fn counted(split: &str) -> Option<ChunkCounters> {
    let name = format!("-{split}-");
    chunk_counters()
        .into_iter()
        .find(|chunk| chunk.file.contains(&name))
}

/// Checks counters of the chunk of a split.
fn expect(split: &str, expected: impl FnOnce(&ChunkCounters) -> bool) {
    if host::is_split() {
        let Some(chunk) = counted(split) else {
            log!("WRONG there is no chunk for {split}");
            return;
        };
        if !expected(&chunk) {
            log!("WRONG {chunk:?}");
        }
    }
}
