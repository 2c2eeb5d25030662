//! A rack of effects that plays on the audio thread: each effect is a split, and its code arrives while it plays.

// There is sound only where threads share a memory. Other builds are for the tests of what makes it.
#![cfg_attr(not(target_feature = "atomics"), allow(dead_code))]

#[cfg(target_feature = "atomics")]
mod clock;
#[cfg(target_feature = "atomics")]
mod dom;
mod dsp;
mod effects;
#[cfg(target_feature = "atomics")]
mod page;
mod piece;
mod rack;
mod text;

/// Counts what the audio thread allocates while it renders: it should be nothing, and the page shows it.
#[cfg(target_feature = "atomics")]
#[global_allocator]
static ALLOCATOR: wasm_cleave::audio::CountAllocations =
    wasm_cleave::audio::CountAllocations::new(std::alloc::System);

/// Takes over the page that `index.html` shows. To be called once, on the page: a start function would run on every
/// thread.
///
/// # Errors
/// When the page is not the one that this program belongs to.
#[cfg(target_feature = "atomics")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn open() -> dom::Result {
    page::open()
}
