//! A program whose threads wasm-bindgen-rayon starts, which knows nothing of chunks. It does not run in Node.

use std::path::Path;

use anyhow::{Result, bail};
use wasm_cleave_cli::Target;
use wasm_cleave_tests::browser::{Browser, Engine};
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::threads;

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn in_browser(engine: Engine) -> Result<()> {
    let linked = &threads::build(scratch(), &["foreign"])?["foreign"];
    let site = scratch().join("foreign").join(engine.to_string());
    for shape in [Shape::Split, Shape::Whole] {
        prepare(linked, &site.join(shape.name()), shape, Target::Web)?;
    }
    let server = Server::start(&site)?;
    let browser = Browser::start(engine)?;
    let split = browser.run(&server.url("split/"))?;
    let whole = browser.run(&server.url("whole/"))?;
    if let Some(difference) = split.difference(&whole) {
        bail!("{difference}");
    }
    if split.lines().last() != Some("all right") || split.lines().any(|l| l.starts_with("WRONG")) {
        bail!("the program says\n{split}");
    }
    Ok(())
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
