//! Programs whose threads share one memory, split and run in Node.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use wasm_cleave_cli::Target;
use wasm_cleave_tests::cargo::{cargo, repository};
use wasm_cleave_tests::program::{STEM, Shape, prepare};

/// How long a program may run before it counts as hung.
const LIMIT: Duration = Duration::from_secs(60);

/// How many times it runs: threads do not come in the same order each time.
const RUNS: u32 = 5;

/// Builds a program of `tests/threads` that names its toolchain and flags itself; returns the linked module.
fn build(name: &str) -> Result<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("threads")
        .join(name);
    let status = cargo()
        .current_dir(repository().join("tests/threads").join(name))
        .args(["build", "--release", "--target-dir"])
        .arg(&target)
        .status()
        .context("cargo could not be started")?;
    ensure!(
        status.success(),
        "cargo could not build `{name}` ({status})\n\
         help: run `rustup toolchain install` in `tests/threads/{name}`"
    );
    Ok(target.join(format!("wasm32-unknown-unknown/release/{name}.wasm")))
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
    let linked = build("vtables")?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("threads/vtables-split");
    let ready = prepare(&linked, &folder, Shape::Split, Target::NodeJs)?;
    ensure!(ready.chunks().len() == 1, "{:?}", ready.chunks().keys());
    let host = repository().join("tests/threads/vtables/host.cjs");
    for number in 1..=RUNS {
        run(&host, &ready.folder).with_context(|| format!("run {number}"))?;
    }
    Ok(())
}
