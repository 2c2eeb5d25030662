//! Builds the programs under test, and the command line, with cargo.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// The link arguments without which a program cannot be split; the same that `wasm-cleave build` gives.
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
    let output = build
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        bail!("cargo failed ({})", output.status);
    }
    let mut modules = BTreeMap::new();
    for line in output.stdout.split(|&byte| byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<Artifact>(line) else {
            continue;
        };
        if message.target.kind.iter().any(|kind| kind == "cdylib")
            && let Some(file) = message
                .filenames
                .iter()
                .find(|f| f.extension().is_some_and(|e| e == "wasm"))
        {
            modules.insert(message.target.name.replace('_', "-"), file.clone());
        }
    }
    Ok(modules)
}

#[derive(Deserialize)]
struct Artifact {
    target: ArtifactTarget,
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct ArtifactTarget {
    name: String,
    kind: Vec<String>,
}

/// Builds the command line tool in cargo's release profile, as a user does, and returns its path.
///
/// # Errors
/// When cargo fails; its diagnostics are on stderr.
pub fn command_line_tool() -> Result<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let output = cargo()
        .current_dir(repository())
        .args(["build", "--release", "--locked", "--bin", "wasm-cleave"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        bail!("cargo could not build `wasm-cleave` ({})", output.status);
    }
    output
        .stdout
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Binary>(line).ok())
        .find_map(|binary| binary.executable)
        .context("cargo named no executable")
}

#[derive(Deserialize)]
struct Binary {
    executable: Option<PathBuf>,
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
