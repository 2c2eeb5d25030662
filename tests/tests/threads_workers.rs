//! Threads that want the same chunks, calls that block, and rayon pools: split and unsplit, in Node and in browsers.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use wasm_cleave_cli::Target;
use wasm_cleave_tests::browser::{Browser, Engine};
use wasm_cleave_tests::node;
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::threads;
use wasm_cleave_tests::transcript::Transcript;

const SHAPES: [Shape; 2] = [Shape::Split, Shape::Whole];

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn linked() -> Result<PathBuf> {
    Ok(threads::build(scratch(), &["workers"])?["workers"].clone())
}

/// The program checks what only it can see; both shapes must tell the same, and nothing that is wrong.
fn compare([split, whole]: [Transcript; 2]) -> Result<()> {
    if let Some(difference) = split.difference(&whole) {
        bail!("{difference}");
    }
    if split.lines().last() != Some("all right") || split.lines().any(|l| l.starts_with("WRONG")) {
        bail!("the program says\n{split}");
    }
    Ok(())
}

#[test]
fn threads_share_loads_in_node() -> Result<()> {
    let linked = linked()?;
    let run = |shape: Shape| {
        let folder = scratch().join("workers/node").join(shape.name());
        node::run(&prepare(&linked, &folder, shape, Target::NodeJs)?)
    };
    compare([run(Shape::Split)?, run(Shape::Whole)?])
}

fn in_browser(engine: Engine) -> Result<()> {
    let linked = linked()?;
    let site = scratch().join("workers").join(engine.to_string());
    for shape in SHAPES {
        prepare(&linked, &site.join(shape.name()), shape, Target::Web)?;
    }
    let server = Server::start(&site)?;
    let browser = Browser::start(engine)?;
    let run = |shape: Shape| browser.run(&server.url(&format!("{}/", shape.name())));
    compare([run(Shape::Split)?, run(Shape::Whole)?])
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
