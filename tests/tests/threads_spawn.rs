//! Threads that the loader starts, in Node and in Chromium: results, failures, futures, an early end, and memory
//! that is given back.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;

use anyhow::{Context, Result, ensure};
use wasm_cleave_cli::Target;
use wasm_cleave_tests::browser::Browser;
use wasm_cleave_tests::cargo::{cargo, repository};
use wasm_cleave_tests::node;
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::transcript::{Event, Transcript};

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// The linked program, which names its toolchain and flags itself; built once for all tests.
fn linked() -> Result<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let target = scratch().join("threads/spawn");
    let status = cargo()
        .current_dir(repository().join("tests/threads/spawn"))
        .args(["build", "--release", "--target-dir"])
        .arg(&target)
        .stdin(Stdio::null())
        .status()
        .context("cargo could not be started")?;
    ensure!(
        status.success(),
        "cargo could not build `spawn` ({status})\n\
         help: run `rustup toolchain install` in `tests/threads/spawn`"
    );
    Ok(target.join("wasm32-unknown-unknown/release/spawn.wasm"))
}

/// What the program says where all is well; `trap` is how the engine calls a panic.
fn check(transcript: &Transcript, trap: &str) -> Result<()> {
    let mut expected: Vec<String> = (0..8).map(|n| format!("Ok(\"thread {n}\")")).collect();
    expected.extend([
        "counter 28000".to_string(),
        format!(
            "terminated false thread `panics` failed: {trap}\n\
             help: `RuntimeError: unreachable` is a panic; a panic hook prints its message"
        ),
        "later true".to_string(),
        "after Ok(7)".to_string(),
        "Ok(\"future\") 4".to_string(),
        "terminated Err(true)".to_string(),
        "Ok(1000)".to_string(),
        "grown by less than two stacks: true".to_string(),
    ]);
    let mut events: Vec<Event> = expected.into_iter().map(Event::Line).collect();
    events.push(Event::End("ok".to_string()));
    match transcript.difference(&Transcript { events }) {
        Some(difference) => anyhow::bail!("{difference}"),
        None => Ok(()),
    }
}

#[test]
fn threads_start_and_end_in_node() -> Result<()> {
    let folder = scratch().join("threads-spawn/node");
    let program = prepare(&linked()?, &folder, Shape::Whole, Target::NodeJs)?;
    check(&node::run(&program)?, "RuntimeError: unreachable")
}

#[test]
fn threads_start_and_end_in_chromium() -> Result<()> {
    let site = scratch().join("threads-spawn");
    let folder = site.join("web");
    prepare(&linked()?, &folder, Shape::Whole, Target::Web)?;
    let server = Server::start(&site)?;
    let transcript = Browser::start()?.run(&server.url("web/"))?;
    check(&transcript, "RuntimeError: unreachable")
}
