//! The protocols of the loader's threads under loom, which tries every order of events.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Result, ensure};
use wasm_cleave_tests::cargo::{cargo, repository};

#[test]
fn threads_agree_in_every_order_of_events() -> Result<()> {
    let status = cargo()
        .current_dir(repository())
        .args([
            "test",
            "--locked",
            "-p",
            "wasm-cleave",
            "--features",
            "audio",
        ])
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("loom"))
        .args(["--lib", "--", "shared", "models"])
        .env("RUSTFLAGS", "--cfg loom")
        .stdin(Stdio::null())
        // Its results are this one test's.
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "a model failed: see above ({status})");
    Ok(())
}
