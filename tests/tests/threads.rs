//! Programs whose threads share one memory, split and run in Node.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use wasm_cleave_cli::Target;
use wasm_cleave_tests::cargo::repository;
use wasm_cleave_tests::program::{STEM, Shape, prepare};
use wasm_cleave_tests::threads;

/// How long a program may run before it counts as hung.
const LIMIT: Duration = Duration::from_secs(60);

/// How many times it runs: threads do not come in the same order each time.
const RUNS: u32 = 5;

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
            child.wait()?;
            bail!("the program hangs");
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
fn threads_call_what_other_threads_made() -> Result<()> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let linked = threads::build(scratch, &["vtables"])?;
    let folder = scratch.join("vtables/node");
    let ready = prepare(&linked["vtables"], &folder, Shape::Split, Target::NodeJs)?;
    ensure!(ready.chunks().len() == 1, "{:?}", ready.chunks().keys());
    let host = repository().join("tests/threads/vtables/host.cjs");
    for number in 1..=RUNS {
        run(&host, &ready.folder).with_context(|| format!("run {number}"))?;
    }
    Ok(())
}
