//! Threads, pools and audio threads that start while memory is short, in Node and in browsers.

use std::path::Path;

use anyhow::Result;
use wasm_cleave_tests::browser::Engine;
use wasm_cleave_tests::threads::{compare_in_browser, compare_in_node};

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn in_browser(engine: Engine) -> Result<()> {
    compare_in_browser(scratch(), "room", engine)
}

#[test]
fn threads_start_without_room_in_node() -> Result<()> {
    compare_in_node(scratch(), "room")
}

#[test]
fn threads_start_without_room_in_chromium() -> Result<()> {
    in_browser(Engine::Chromium)
}

#[test]
fn threads_start_without_room_in_firefox() -> Result<()> {
    in_browser(Engine::Firefox)
}

#[test]
fn threads_start_without_room_in_webkit() -> Result<()> {
    in_browser(Engine::WebKit)
}
