//! A gallery that a pool of threads works on: each stage of the work is a split, and its code comes when a thread first
//! calls it.

mod board;
mod clock;
mod dom;
mod filters;
mod page;
mod part;
mod picture;
mod shipped;
mod stages;
mod text;
mod work;

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
