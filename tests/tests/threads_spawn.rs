//! Threads that the loader starts, in Node and in browsers: results, failures, futures, an early end, and memory that
//! is given back.

use std::path::{Path, PathBuf};

use anyhow::Result;
use wasm_cleave_splitter::Target;
use wasm_cleave_tests::browser::{Browser, Engine, despite_crashes};
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
        format!("terminated false thread `panics` failed: {trap}"),
        "later true".to_string(),
        "after Ok(7)".to_string(),
        "Ok(\"future\") 4".to_string(),
        "left Ok(()) 3".to_string(),
        "refused true".to_string(),
        "smaller Ok(8)".to_string(),
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

/// WebKit appends to an error the call of the glue in which it happened.
fn forget_place(event: &mut Event) {
    if let Event::Line(line) = event
        && let Some((error, _)) = line.split_once(" (evaluating '")
    {
        *line = error.to_string();
    }
}

fn in_browser(engine: Engine, trap: &str) -> Result<()> {
    let site = scratch().join("spawn").join(engine.to_string());
    prepare(&linked()?, &site, Shape::Whole, Target::Web)?;
    let server = Server::start(&site)?;
    let mut transcript = Browser::start(engine)?.run(&server.url(""))?;
    transcript.events.iter_mut().for_each(forget_place);
    check(&transcript, trap)
}

#[test]
fn threads_start_and_end_in_chromium() -> Result<()> {
    in_browser(Engine::Chromium, "RuntimeError: unreachable")
}

#[test]
fn threads_start_and_end_in_firefox() -> Result<()> {
    in_browser(Engine::Firefox, "RuntimeError: unreachable executed")
}

#[test]
fn threads_start_and_end_in_webkit() -> Result<()> {
    despite_crashes(|| {
        in_browser(
            Engine::WebKit,
            "RuntimeError: Unreachable code should not be executed",
        )
    })
}
