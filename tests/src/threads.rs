//! Builds the programs of `tests/threads`, whose workspace names the toolchain and the flags for shared memory itself,
//! and compares what they say, split, with what they say in one module.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result, bail, ensure};
use wasm_cleave_splitter::Target;

use crate::browser::{Browser, Engine, despite_crashes};
use crate::cargo::{cargo, linked_modules, repository};
use crate::node;
use crate::program::{Shape, prepare};
use crate::server::Server;
use crate::transcript::Transcript;

const SHAPES: [Shape; 2] = [Shape::Split, Shape::Whole];

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

/// Runs a package in a browser, split and unsplit, and compares.
///
/// # Errors
/// When the program says that something is wrong, or both do not say the same.
pub fn compare_in_browser(scratch: &Path, package: &str, engine: Engine) -> Result<()> {
    let linked = &build(scratch, &[package])?[package];
    let site = scratch.join(package).join(engine.to_string());
    for shape in SHAPES {
        prepare(linked, &site.join(shape.name()), shape, Target::Web)?;
    }
    let server = Server::start(&site)?;
    despite_crashes(|| {
        let browser = Browser::start(engine)?;
        let run = |shape: Shape| browser.run(&server.url(&format!("{}/", shape.name())));
        compare(&run(Shape::Split)?, &run(Shape::Whole)?)
    })
}

/// Runs a package in Node, split and unsplit, and compares.
///
/// # Errors
/// As in a browser.
pub fn compare_in_node(scratch: &Path, package: &str) -> Result<()> {
    let linked = &build(scratch, &[package])?[package];
    let run = |shape: Shape| {
        let folder = scratch.join(package).join("node").join(shape.name());
        node::run(&prepare(linked, &folder, shape, Target::NodeJs)?)
    };
    compare(&run(Shape::Split)?, &run(Shape::Whole)?)
}

/// The programs check what only they can see; both shapes must tell the same, and nothing that is wrong.
///
/// # Errors
/// Says what the program found wrong, or where the two differ.
pub fn compare(split: &Transcript, whole: &Transcript) -> Result<()> {
    if split.lines().last() != Some("all right") || split.lines().any(|l| l.starts_with("WRONG")) {
        bail!("the split program says\n{split}");
    }
    match split.difference(whole) {
        Some(difference) => bail!("{difference}"),
        None => Ok(()),
    }
}
