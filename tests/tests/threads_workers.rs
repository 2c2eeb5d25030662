//! Threads that want the same chunks, calls that block, and rayon pools: split and unsplit, in Node and in browsers.

use std::path::Path;

use anyhow::Result;
use wasm_cleave_tests::browser::Engine;
use wasm_cleave_tests::threads::{compare_in_browser, compare_in_node};

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn in_browser(engine: Engine) -> Result<()> {
    compare_in_browser(scratch(), "workers", engine)
}

#[test]
fn threads_share_loads_in_node() -> Result<()> {
    compare_in_node(scratch(), "workers")
}

#[test]
fn threads_share_loads_in_chromium() -> Result<()> {
    in_browser(Engine::Chromium)
}

#[test]
fn threads_share_loads_in_firefox() -> Result<()> {
    in_browser(Engine::Firefox)
}

#[test]
fn threads_share_loads_in_webkit() -> Result<()> {
    in_browser(Engine::WebKit)
}
