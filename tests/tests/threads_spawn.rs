//! Threads that the loader starts, in Node and in Chromium: results, failures, futures, an early end, and memory
//! that is given back.

use std::path::{Path, PathBuf};

use anyhow::Result;
use wasm_cleave_cli::Target;
use wasm_cleave_tests::browser::{Browser, Engine};
use wasm_cleave_tests::node;
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::threads;
use wasm_cleave_tests::transcript::{Event, Transcript};

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn linked() -> Result<PathBuf> {
    Ok(threads::build(scratch(), &["spawn"])?["spawn"].clone())
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
    let folder = scratch().join("spawn/node");
    let program = prepare(&linked()?, &folder, Shape::Whole, Target::NodeJs)?;
    check(&node::run(&program)?, "RuntimeError: unreachable")
}

#[test]
fn threads_start_and_end_in_chromium() -> Result<()> {
    let site = scratch().join("spawn");
    let folder = site.join("web");
    prepare(&linked()?, &folder, Shape::Whole, Target::Web)?;
    let server = Server::start(&site)?;
    let transcript = Browser::start(Engine::Chromium)?.run(&server.url("web/"))?;
    check(&transcript, "RuntimeError: unreachable")
}
