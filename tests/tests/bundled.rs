//! Programs that went through a bundler: it finds main, chunks, and the scripts of Workers and audio threads, renames
//! them, and makes small files part of others; and the program says what it says unsplit.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use wasm_cleave_splitter::Target;
use wasm_cleave_tests::browser::{Browser, Engine};
use wasm_cleave_tests::bundlers::{Bundler, bundle};
use wasm_cleave_tests::cargo::{Settings, build_fixtures};
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::{Entry, Server};
use wasm_cleave_tests::threads;
use wasm_cleave_tests::transcript::Transcript;

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Where the bundled program lies, by which the page knows it.
const BUNDLED: &str = "bundled";

/// Vite makes smaller files part of the script, in bytes.
const INLINED_BELOW: u64 = 4096;

/// The folder of a linked module that goes through a bundler.
fn site(linked: &Path, bundler: Bundler) -> Result<PathBuf> {
    let name = linked.file_stem().context("a file")?;
    let folder = scratch().join("bundled").join(bundler.to_string());
    Ok(folder.join(name))
}

/// Bundles a linked module, split, and serves it beside the unsplit program.
fn serve(linked: &Path, bundler: Bundler) -> Result<Server> {
    let site = site(linked, bundler)?;
    let whole = Shape::Whole.name();
    prepare(linked, &site.join(whole), Shape::Whole, Target::Web)?;
    let split = prepare(linked, &site.join("input"), Shape::Split, Target::Web)?;
    bundle(bundler, &split.folder, &site.join(BUNDLED))?;
    Server::start(&site)
}

/// What the program says, bundled and unsplit.
fn run(server: &Server) -> Result<[Transcript; 2]> {
    let browser = Browser::start(Engine::Chromium)?;
    let run = |folder: &str| browser.run(&server.url(&format!("{folder}/")));
    Ok([run(BUNDLED)?, run(Shape::Whole.name())?])
}

/// A package of `tests/threads`: `audio`, or `workers` with all that can go wrong with chunks, which the server causes.
fn with_threads(package: &str, bundler: Bundler) -> Result<()> {
    let linked = &threads::build(scratch(), &[package])?[package];
    let [bundled, whole] = run(&serve(linked, bundler)?)?;
    threads::compare(&bundled, &whole)
}

#[test]
fn threads_work_when_vite_has_bundled_them() -> Result<()> {
    with_threads("workers", Bundler::Vite)
}

#[test]
fn threads_work_when_webpack_has_bundled_them() -> Result<()> {
    with_threads("workers", Bundler::Webpack)
}

#[test]
fn audio_works_when_vite_has_bundled_it() -> Result<()> {
    with_threads("audio", Bundler::Vite)
}

#[test]
fn audio_works_when_webpack_has_bundled_it() -> Result<()> {
    with_threads("audio", Bundler::Webpack)
}

#[test]
fn chunks_may_become_part_of_the_script() -> Result<()> {
    let linked =
        &build_fixtures(scratch(), &Settings::default(), &["shared-by-two"])?["shared-by-two"];
    let server = serve(linked, Bundler::ViteInlining)?;
    let [bundled, whole] = run(&server)?;
    if let Some(difference) = bundled.difference(&whole) {
        anyhow::bail!("{difference}");
    }
    let input = site(linked, Bundler::ViteInlining)?.join("input");
    let mut small = Vec::new();
    for entry in fs::read_dir(input)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".wasm")
            && entry.metadata()?.len() < INLINED_BELOW
        {
            small.push(stem.to_string());
        }
    }
    ensure!(!small.is_empty(), "no chunk is small");
    let is_small = |path: &str| small.iter().any(|stem| path.contains(stem));
    let asked = server.log().into_iter().any(|entry| match entry {
        Entry::Request(path) => is_small(&path),
        Entry::Point(_) => false,
    });
    ensure!(
        !asked,
        "Vite has not made the small chunks part of the script"
    );
    Ok(())
}
