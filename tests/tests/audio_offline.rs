//! Processors on the audio thread, rendered offline in three engines: split or not, the same samples.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use wasm_cleave_cli::Target;
use wasm_cleave_tests::browser::{Browser, Engine};
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::threads;
use wasm_cleave_tests::transcript::Transcript;

const SHAPES: [Shape; 2] = [Shape::Split, Shape::Whole];

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn linked() -> Result<PathBuf> {
    Ok(threads::build(scratch(), &["audio"])?["audio"].clone())
}

/// The split program says what the unsplit one says, and that all is right.
fn compare([split, whole]: [Transcript; 2]) -> Result<()> {
    if split.lines().last() != Some("all right") || split.lines().any(|l| l.starts_with("WRONG")) {
        bail!("the split program says\n{split}");
    }
    match split.difference(&whole) {
        Some(difference) => bail!("{difference}"),
        None => Ok(()),
    }
}

fn in_browser(engine: Engine) -> Result<()> {
    let linked = linked()?;
    let site = scratch().join("audio").join(engine.to_string());
    for shape in SHAPES {
        prepare(&linked, &site.join(shape.name()), shape, Target::Web)?;
    }
    let server = Server::start(&site)?;
    let browser = Browser::start(engine)?;
    let run = |shape: Shape| browser.run(&server.url(&format!("{}/", shape.name())));
    compare([run(Shape::Split)?, run(Shape::Whole)?])
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
