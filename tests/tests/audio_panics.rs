//! What processors say on audio threads without TextDecoder, in three engines; and the decoder that they get instead.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wasm_cleave_tests::browser::Engine;
use wasm_cleave_tests::cargo::repository;
use wasm_cleave_tests::threads::compare_in_browser;

fn in_browser(engine: Engine) -> Result<()> {
    compare_in_browser(Path::new(env!("CARGO_TARGET_TMPDIR")), "panics", engine)
}

#[test]
fn audio_threads_say_what_is_wrong_in_chromium() -> Result<()> {
    in_browser(Engine::Chromium)
}

#[test]
fn audio_threads_say_what_is_wrong_in_firefox() -> Result<()> {
    in_browser(Engine::Firefox)
}

#[test]
fn audio_threads_say_what_is_wrong_in_webkit() -> Result<()> {
    in_browser(Engine::WebKit)
}

#[test]
fn the_decoder_of_audio_threads_does_what_that_of_node_does() -> Result<()> {
    let output = Command::new("node")
        .arg(repository().join("tests/host/text.mjs"))
        .arg(repository().join("splitter/src/scripts/web_text.js"))
        .output()
        .context("Node could not be started")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && said.starts_with("all right"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
