//! What rustup is asked to do, and what is said where it must not or cannot.

use std::process::{Command, Stdio};

use anyhow::Result;

use super::{Facts, Toolchain, file, missing, of_user};
use crate::args::SetupArgs;
use crate::cargo::{TRIPLE, tee};
use crate::error::CliError;

/// Something that can be added to a toolchain.
pub(super) struct Part {
    what: &'static str,
    arguments: [&'static str; 3],
    /// The same by other means than rustup.
    packages: &'static str,
}

pub(super) const TARGET: Part = Part {
    what: "standard library for wasm32-unknown-unknown",
    arguments: ["target", "add", TRIPLE],
    packages: "the package of your distribution that has it: `libstd-rust-dev-wasm32` on Debian, \
               `rust-std-static-wasm32-unknown-unknown` on Fedora, `rust-wasm` on Arch",
};

pub(super) const SOURCE: Part = Part {
    what: "source of the standard library",
    arguments: ["component", "add", "rust-src"],
    packages: "a nightly toolchain with that source",
};

pub(super) fn exists() -> bool {
    let mut rustup = Command::new("rustup");
    rustup.arg("--version").stdin(Stdio::null());
    rustup.output().is_ok_and(|output| output.status.success())
}

/// Whether rustup has the toolchain.
pub(super) fn finds(toolchain: &Toolchain) -> Result<bool> {
    let mut rustup = toolchain.question("rustup")?;
    let output = rustup.args(["which", "rustc"]).output();
    let output = output.map_err(|error| missing("rustup", &error))?;
    Ok(output.status.success())
}

/// Installs a toolchain, as its package's toolchain file describes it if that is what names it.
pub(super) fn install(toolchain: &Toolchain, setup: &SetupArgs) -> Result<()> {
    let mut arguments = vec!["toolchain", "install"];
    let name = toolchain.name();
    let is_of_file =
        toolchain.imposed.is_none() && of_user().is_none() && file::of(&toolchain.folder).is_some();
    if let Some(name) = name.as_deref().filter(|_| !is_of_file) {
        arguments.extend([name, "--profile", "minimal"]);
        arguments.extend(match toolchain.threads {
            true => ["--component", "rust-src"],
            false => ["--target", TRIPLE],
        });
    }
    let line = match is_of_file {
        true => format!("run `rustup toolchain install` in `{}`", toolchain.place()),
        false => format!("rustup {}", arguments.join(" ")),
    };
    let what = match &name {
        Some(name) => format!("the toolchain `{name}`"),
        None => format!("the toolchain of `{}`", toolchain.place()),
    };
    permitted(&format!("{what} is not installed"), &line, setup)?;
    // A newer rustup is not what was asked for.
    arguments.push("--no-self-update");
    run(toolchain, &arguments, &format!("Installing {what}"), &line)
}

/// Adds a part to a toolchain.
pub(super) fn add(
    toolchain: &Toolchain,
    facts: &Facts,
    part: &Part,
    setup: &SetupArgs,
) -> Result<()> {
    let Part { what, packages, .. } = part;
    let lacks = |toolchain: &str| format!("the toolchain {toolchain} lacks the {what}");
    let sysroot = facts.sysroot.display();
    if !exists() {
        let help = format!("install rustup (https://rustup.rs), or {packages}");
        return Err(CliError::new(lacks(&format!("in `{sysroot}`")), help).into());
    }
    let Some(name) = name(toolchain, facts)? else {
        let text = format!(
            "{}, and it is not one of rustup's",
            lacks(&format!("in `{sysroot}`"))
        );
        let help = format!("put rustup's `cargo` and `rustc` first in PATH, or install {packages}");
        return Err(CliError::new(text, help).into());
    };
    let arguments = [&part.arguments[..], &["--toolchain", &name]].concat();
    let line = format!("rustup {}", arguments.join(" "));
    permitted(&lacks(&format!("`{name}`")), &line, setup)?;
    let doing = format!("Adding the {what} to the toolchain `{name}`");
    run(toolchain, &arguments, &doing, &line)
}

/// What rustup calls the toolchain; none if it has not made it.
fn name(toolchain: &Toolchain, facts: &Facts) -> Result<Option<String>> {
    let mut rustup = toolchain.question("rustup")?;
    let output = rustup.args(["show", "home"]).output();
    let output = output.map_err(|error| missing("rustup", &error))?;
    let home = String::from_utf8_lossy(&output.stdout);
    let toolchains = std::path::Path::new(home.trim()).join("toolchains");
    let (Ok(toolchains), Ok(sysroot)) = (toolchains.canonicalize(), facts.sysroot.canonicalize())
    else {
        return Ok(None);
    };
    let name = sysroot.strip_prefix(toolchains).ok();
    Ok(name.and_then(|name| Some(name.to_str()?.to_string())))
}

fn permitted(lack: &str, line: &str, setup: &SetupArgs) -> Result<()> {
    match setup.forbids_install() {
        None => Ok(()),
        Some(by) => {
            let text = format!("{lack}, and {by} forbids installing it");
            Err(CliError::new(text, line).into())
        }
    }
}

/// Runs rustup, and shows what it says.
fn run(toolchain: &Toolchain, arguments: &[&str], doing: &str, line: &str) -> Result<()> {
    eprintln!("{doing} with rustup");
    let mut rustup = toolchain.question("rustup")?;
    rustup.args(arguments).stderr(Stdio::piped());
    // This program's own stdout is for its own results.
    rustup.stdout(std::io::stderr());
    let mut child = rustup.spawn().map_err(|error| missing("rustup", &error))?;
    let said = child.stderr.take().map(tee).unwrap_or_default();
    if child.wait()?.success() {
        return Ok(());
    }
    let text = format!("rustup has failed ({doing}):\n{}", said.trim_end());
    Err(CliError::new(text, format!("when that is settled: {line}")).into())
}
