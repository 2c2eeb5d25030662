//! An application whose routes load when they are first opened: the shell is the main module, each route a split.

mod dom;
mod raster;
mod route;
mod routes;
mod shell;

use wasm_bindgen::prelude::*;

/// Takes over the page that `index.html` shows.
///
/// # Errors
/// When the page is not the one that this program belongs to.
#[wasm_bindgen(start)]
pub fn start() -> dom::Result {
    shell::start()
}
