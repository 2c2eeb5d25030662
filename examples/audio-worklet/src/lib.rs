//! A rack of effects that plays on the audio thread: each effect is a split, and its code arrives while it plays.

mod audio;
mod clock;
mod dom;
mod dsp;
mod effects;
mod page;
mod piece;
mod rack;
mod text;

use wasm_bindgen::prelude::*;

/// Takes over the page that `index.html` shows. To be called once, on the page: a start function would run on every
/// thread.
///
/// # Errors
/// When the page is not the one that this program belongs to.
#[wasm_bindgen]
pub fn open() -> dom::Result {
    page::open()
}
