//! Processors on the audio thread, rendered offline in three engines: split or not, the same samples.

use std::path::Path;

use anyhow::Result;
use wasm_cleave_tests::browser::Engine;
use wasm_cleave_tests::threads::compare_in_browser;

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn in_browser(engine: Engine) -> Result<()> {
    compare_in_browser(scratch(), "audio", engine)
}

#[test]
fn audio_renders_the_same_in_chromium() -> Result<()> {
    in_browser(Engine::Chromium)
}

#[test]
fn audio_renders_the_same_in_firefox() -> Result<()> {
    in_browser(Engine::Firefox)
}

#[test]
fn audio_renders_the_same_in_webkit() -> Result<()> {
    in_browser(Engine::WebKit)
}
