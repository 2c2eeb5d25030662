//! A program whose threads wasm-bindgen-rayon starts, which knows nothing of chunks. It does not run in Node.

use std::path::Path;

use anyhow::Result;
use wasm_cleave_tests::browser::Engine;
use wasm_cleave_tests::threads::compare_in_browser;

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn in_browser(engine: Engine) -> Result<()> {
    compare_in_browser(scratch(), "foreign", engine)
}

#[test]
fn threads_of_wasm_bindgen_rayon_in_chromium() -> Result<()> {
    in_browser(Engine::Chromium)
}

#[test]
fn threads_of_wasm_bindgen_rayon_in_firefox() -> Result<()> {
    in_browser(Engine::Firefox)
}

#[test]
fn threads_of_wasm_bindgen_rayon_in_webkit() -> Result<()> {
    in_browser(Engine::WebKit)
}
