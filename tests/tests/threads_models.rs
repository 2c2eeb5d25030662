//! The protocols of the loader's threads under loom, which tries every order of events.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use wasm_cleave_tests::cargo::{cargo, repository};

/// How many models each of these modules has, at least: a filter that finds nothing would pass.
const MODELS: [(&str, usize); 3] = [
    ("protocol::tests::", 9),
    ("protocol::requests_tests::", 5),
    ("audio::shared_processor_tests::models::", 2),
];

#[test]
fn threads_agree_in_every_order_of_events() -> Result<()> {
    let output = cargo()
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
        .args(["--lib", "--"])
        .args(MODELS.map(|(module, _)| module))
        .env("RUSTFLAGS", "--cfg loom")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    let report = String::from_utf8(output.stdout).context("it writes UTF-8")?;
    ensure!(output.status.success(), "a model failed:\n{report}");
    for (module, expected) in MODELS {
        let passed = |line: &&str| {
            let name = line.strip_prefix("test ");
            name.is_some_and(|name| name.starts_with(module) && name.ends_with(" ... ok"))
        };
        let count = report.lines().filter(passed).count();
        ensure!(
            count >= expected,
            "{count} models of `{module}` ran instead of {expected}:\n{report}"
        );
    }
    Ok(())
}
