//! Builds the programs under test, and the command line, with cargo.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{Artifact, Message, TargetKind};

/// The link arguments without which a program cannot be split. `wasm-cleave build` gives `--strip-debug` too; here
/// debug information stays, so that the splitter meets it.
const RUSTFLAGS: &str = "-Clink-arg=--emit-relocs -Clink-arg=--export-table";

/// The root of the repository.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// How programs are compiled: what cargo calls a profile, by its environment variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What differs from the release profile: `OPT_LEVEL` and the like, without `CARGO_PROFILE_RELEASE_`.
    pub profile: Vec<(&'static str, &'static str)>,
}

/// Builds packages of `tests/fixtures` and returns the linked module of each.
///
/// # Errors
/// When cargo fails; its diagnostics are on stderr.
pub fn build_fixtures(
    scratch: &Path,
    settings: &Settings,
    packages: &[&str],
) -> Result<BTreeMap<String, PathBuf>> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let mut command = cargo();
    command
        .current_dir(repository().join("tests/fixtures"))
        .args(["build", "--release"])
        .args(["--target", "wasm32-unknown-unknown"])
        .arg("--target-dir")
        .arg(scratch.join("fixtures-target"))
        .env("RUSTFLAGS", RUSTFLAGS);
    for (key, value) in &settings.profile {
        command.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
    }
    for package in packages {
        command.args(["-p", package]);
    }
    linked_modules(command).context("cargo could not build the fixtures")
}

/// Runs a `cargo build` and returns the module that it linked for each package, by the package's name.
///
/// # Errors
/// When cargo fails; its diagnostics are on stderr.
pub(crate) fn linked_modules(mut build: Command) -> Result<BTreeMap<String, PathBuf>> {
    let mut modules = BTreeMap::new();
    for artifact in artifacts(&mut build)? {
        let mut files = artifact.filenames.into_iter();
        if artifact.target.is_kind(TargetKind::CDyLib)
            && let Some(file) = files.find(|file| file.extension() == Some("wasm"))
        {
            modules.insert(artifact.target.name.replace('_', "-"), file.into());
        }
    }
    Ok(modules)
}

/// What a `cargo build` has made.
fn artifacts(build: &mut Command) -> Result<Vec<Artifact>> {
    let output = build
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        bail!("cargo failed ({})", output.status);
    }
    let mut artifacts = Vec::new();
    for message in Message::parse_stream(&output.stdout[..]) {
        if let Message::CompilerArtifact(artifact) = message? {
            artifacts.push(artifact);
        }
    }
    Ok(artifacts)
}

/// Builds the command line tool in cargo's release profile, as a user does, and returns its path.
///
/// # Errors
/// When cargo fails; its diagnostics are on stderr.
pub fn command_line_tool() -> Result<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let mut build = cargo();
    build.current_dir(repository()).args([
        "build",
        "--release",
        "--locked",
        "--bin",
        "wasm-cleave",
    ]);
    let artifacts = artifacts(&mut build).context("cargo could not build `wasm-cleave`")?;
    let mut binaries = artifacts
        .into_iter()
        .filter_map(|artifact| artifact.executable);
    let binary = binaries.next().context("cargo named no executable")?;
    Ok(binary.into())
}

/// Cargo, free of what the cargo that runs the tests has put into the environment.
pub fn cargo() -> Command {
    let mut command = Command::new("cargo");
    for (key, _) in std::env::vars_os() {
        let name = key.to_string_lossy();
        let inherited = name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name == "RUSTUP_TOOLCHAIN"
            || name == "RUSTFLAGS"
            || name == "CARGO_ENCODED_RUSTFLAGS";
        if inherited {
            command.env_remove(&key);
        }
    }
    command
}

/// Builds an example whose threads share the memory, as a user does, into a folder of that name below `scratch`.
///
/// The standard library is built in the folder that `wasm-cleave build --threads` always uses. That of `tests/threads`
/// would not do: there the linker's arguments go to every crate, and cargo keeps apart what has other flags.
///
/// # Errors
/// When the build fails; what it says is on stderr.
pub fn build_example(scratch: &Path, example: &str) -> Result<PathBuf> {
    let out_dir = scratch.join("examples").join(example);
    let status = Command::new(command_line_tool()?)
        .current_dir(repository())
        .args(["build", "--threads", "--release", "--out-dir"])
        .arg(&out_dir)
        .arg(Path::new("examples").join(example))
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "the build of `{example}` failed");
    Ok(out_dir)
}
