//! Builds the programs of `tests/threads`, whose workspace names the toolchain and the flags for shared memory itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result, ensure};

use crate::cargo::{cargo, linked_modules, repository};

/// Builds packages of `tests/threads` and returns the linked module of each.
///
/// All tests share one target folder below `scratch`, so that the standard library is built once.
///
/// # Errors
/// When cargo fails, for lack of the toolchain for instance; its diagnostics are on stderr.
pub fn build(scratch: &Path, packages: &[&str]) -> Result<BTreeMap<String, PathBuf>> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let mut command = cargo();
    command
        .current_dir(repository().join("tests/threads"))
        .args(["build", "--release", "--target-dir"])
        .arg(scratch.join("threads"));
    for package in packages {
        command.args(["-p", package]);
    }
    let modules = linked_modules(command).with_context(|| {
        format!(
            "cargo could not build {packages:?} of `tests/threads`\n\
             help: `rustup toolchain install` in `tests/threads` installs what they are built with"
        )
    })?;
    for package in packages {
        ensure!(
            modules.contains_key(*package),
            "cargo built {:?}; `{package}` is not among them",
            modules.keys()
        );
    }
    Ok(modules)
}
