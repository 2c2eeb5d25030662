//! What one thread made in a chunk, used on Workers that know nothing of chunks, in Node and in browsers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use wasm_cleave_splitter::Target;
use wasm_cleave_tests::browser::{Browser, Engine, despite_crashes};
use wasm_cleave_tests::cargo::repository;
use wasm_cleave_tests::program::{Ready, STEM, Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::threads;

/// How long a program may run before it counts as hung.
const LIMIT: Duration = Duration::from_secs(60);

/// How many times it runs: threads do not come in the same order each time.
const RUNS: u32 = 5;

/// The program's own hosts, and what happens in them.
fn hosts() -> PathBuf {
    repository().join("tests/threads/vtables")
}

fn program(folder: &str, target: Target) -> Result<Ready> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let linked = &threads::build(scratch, &["vtables"])?["vtables"];
    let folder = scratch.join("vtables").join(folder);
    let ready = prepare(linked, &folder, Shape::Split, target)?;
    ensure!(ready.chunks().len() == 1, "{:?}", ready.chunks().keys());
    Ok(ready)
}

/// Runs a program's own host in Node, which checks everything and ends with `all right`.
fn run(host: &Path, folder: &Path) -> Result<()> {
    let mut child = Command::new("node")
        .arg(host)
        .arg(folder.join(format!("{STEM}.js")))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("Node could not be started")?;
    let deadline = Instant::now() + LIMIT;
    while child.try_wait()?.is_none() {
        if Instant::now() > deadline {
            child.kill()?;
            let said = child.wait_with_output()?.stdout;
            bail!(
                "the program hangs; so far it said\n{}",
                String::from_utf8_lossy(&said)
            );
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && said.ends_with("all right\n"),
        "the program failed ({}): see above\n{said}",
        output.status
    );
    Ok(())
}

#[test]
fn threads_call_what_other_threads_made_in_node() -> Result<()> {
    let ready = program("node", Target::NodeJs)?;
    for number in 1..=RUNS {
        run(&hosts().join("host.mjs"), &ready.folder).with_context(|| format!("run {number}"))?;
    }
    Ok(())
}

#[test]
fn threads_are_heard_by_one_that_sleeps_too_well() -> Result<()> {
    let ready = program("asleep", Target::NodeJs)?;
    run(&hosts().join("asleep.mjs"), &ready.folder)
}

#[test]
fn threads_succeed_a_coordinator_that_ended() -> Result<()> {
    let ready = program("succeeds", Target::NodeJs)?;
    run(&hosts().join("succeeds.mjs"), &ready.folder)
}

#[test]
fn threads_do_not_keep_the_program_running_by_listening() -> Result<()> {
    let ready = program("ends", Target::NodeJs)?;
    run(&hosts().join("ends.mjs"), &ready.folder)
}

fn in_browser(engine: Engine) -> Result<()> {
    let folder = program(&engine.to_string(), Target::Web)?.folder;
    for file in ["calls.mjs", "scenario.mjs", "worker.mjs"] {
        fs::copy(hosts().join(file), folder.join(file))?;
    }
    fs::copy(hosts().join("page.html"), folder.join("index.html"))?;
    let server = Server::start(&folder)?;
    let browser = Browser::start(engine)?;
    for number in 1..=RUNS {
        server.reset();
        let run = || format!("run {number}");
        let transcript = browser.run(&server.url("")).with_context(run)?;
        ensure!(
            transcript.lines().last() == Some("all right"),
            "{}: the program says\n{transcript}",
            run()
        );
    }
    Ok(())
}

#[test]
fn threads_call_what_other_threads_made_in_chromium() -> Result<()> {
    in_browser(Engine::Chromium)
}

#[test]
fn threads_call_what_other_threads_made_in_firefox() -> Result<()> {
    in_browser(Engine::Firefox)
}

#[test]
fn threads_call_what_other_threads_made_in_webkit() -> Result<()> {
    despite_crashes(|| in_browser(Engine::WebKit))
}
