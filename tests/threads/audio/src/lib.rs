//! Processors on the audio thread, rendered offline: what they render, split or not, must be the same bit for bit.

mod boundaries;
mod effects;
mod graph;
mod offline;
mod rack;
mod rendering;

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use wasm_cleave::audio::CountAllocations;
use wasm_cleave::threads;

#[global_allocator]
static ALLOCATOR: CountAllocations = CountAllocations::new(std::alloc::System);

thread_local! {
    static IS_PAGE: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the page, and not the audio thread.
fn is_page() -> bool {
    IS_PAGE.get()
}

#[wasm_bindgen]
pub async fn run() {
    IS_PAGE.set(true);
    std::panic::set_hook(Box::new(|panic| {
        // The audio thread has no transcript.
        if is_page() {
            host::log!("WRONG {panic}");
        }
    }));
    // A thread that ends gives its stack back, through the allocator that counts, without thread-local data.
    let thread = threads::spawn(|| 7).expect("starts");
    host::check!(thread.await == Ok(7));
    rendering::run().await;
    graph::run().await;
    boundaries::run().await;
    host::log!("all right");
}
