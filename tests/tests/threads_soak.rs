//! 200 chunks and 8 threads in random order, again and again: nothing lost, nothing hangs, right results.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use wasm_cleave_splitter::Target;
use wasm_cleave_tests::browser::{Browser, Engine, despite_crashes};
use wasm_cleave_tests::node;
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::threads;
use wasm_cleave_tests::transcript::Transcript;

const MINUTE: Duration = Duration::from_secs(60);

/// Enough to find what is wrong in an engine, where the others look for what is rare.
const HALF_A_MINUTE: Duration = Duration::from_secs(30);

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn linked() -> Result<PathBuf> {
    Ok(threads::build(scratch(), &["soak"])?["soak"].clone())
}

/// Runs the program anew until the time is over.
fn again_and_again(time: Duration, mut run: impl FnMut() -> Result<Transcript>) -> Result<()> {
    let end = Instant::now() + time;
    let mut rounds = 0;
    while Instant::now() < end {
        rounds += 1;
        let transcript = run().with_context(|| format!("round {rounds}"))?;
        let lines: Vec<&str> = transcript.lines().collect();
        ensure!(
            lines == ["all right"],
            "round {rounds}: the program says\n{transcript}"
        );
    }
    println!("{rounds} rounds");
    Ok(())
}

#[test]
fn threads_soak_in_node() -> Result<()> {
    let folder = scratch().join("soak/node");
    let program = prepare(&linked()?, &folder, Shape::Split, Target::NodeJs)?;
    ensure!(program.chunks().len() >= 200);
    again_and_again(MINUTE, || node::run(&program))
}

fn in_browser(engine: Engine, time: Duration) -> Result<()> {
    let site = scratch().join("soak").join(engine.to_string());
    prepare(&linked()?, &site.join("split"), Shape::Split, Target::Web)?;
    let server = Server::start(&site)?;
    let browser = Browser::start(engine)?;
    again_and_again(time, || browser.run(&server.url("split/")))
}

#[test]
fn threads_soak_in_chromium() -> Result<()> {
    in_browser(Engine::Chromium, MINUTE)
}

#[test]
fn threads_soak_in_firefox() -> Result<()> {
    in_browser(Engine::Firefox, HALF_A_MINUTE)
}

#[test]
fn threads_soak_in_webkit() -> Result<()> {
    despite_crashes(|| in_browser(Engine::WebKit, HALF_A_MINUTE))
}
