//! Which toolchain compiles a program, and whether it can; what it lacks is installed with rustup.

mod file;
mod rustup;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use anyhow::{Context, Result};
use cargo_metadata::cargo_platform::Cfg;

use crate::args::SetupArgs;
use crate::cargo::TRIPLE;
use crate::error::CliError;

/// The toolchain for threads where neither the package nor the user names a nightly.
const NIGHTLY: &str = "nightly-2026-05-20";

/// Where the source of the standard library is, if it is there, below a toolchain.
const SOURCE: &str = "lib/rustlib/src/rust/library/Cargo.lock";

/// The toolchain for a package.
pub(crate) struct Toolchain {
    folder: PathBuf,
    /// What rustup gets to know by its variable, where it would choose another toolchain by itself.
    imposed: Option<&'static str>,
    /// Whether the standard library is compiled with the program.
    threads: bool,
}

/// What a toolchain says of itself.
struct Facts {
    sysroot: PathBuf,
    /// Where the compiled standard library is, if it is there.
    libraries: PathBuf,
    /// What `cfg` says of the target.
    cfgs: Vec<Cfg>,
}

impl Toolchain {
    /// The one that holds in a folder; with `threads` a nightly.
    pub(crate) fn of(folder: &Path, threads: bool) -> Self {
        let is_nightly = || named(folder).is_some_and(|name| name.starts_with("nightly"));
        Toolchain {
            folder: folder.to_path_buf(),
            imposed: (threads && !is_nightly()).then_some(NIGHTLY),
            threads,
        }
    }

    /// One of its tools, as it would be started in the folder.
    pub(crate) fn tool(&self, name: &str) -> Result<Command> {
        let mut command = Command::new(name);
        command.current_dir(&self.folder).stdin(Stdio::null());
        match self.imposed {
            Some(name) => {
                command.env(VARIABLE, name);
            }
            // The variable would win over the toolchain file of the package to be built.
            None if of_user().is_none() && file::of(&self.folder).is_some() => {
                command.env_remove(VARIABLE);
            }
            None => {}
        }
        if let Some(target) = env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty()) {
            // The user means it relative to where the user is.
            let target = env::current_dir()
                .context("the current folder is gone")?
                .join(target);
            command.env("CARGO_TARGET_DIR", target);
        }
        Ok(command)
    }

    /// [`Self::tool`], for a question whose answer only this program reads: rustup must not install anything
    /// meanwhile, which nobody would see.
    pub(crate) fn question(&self, name: &str) -> Result<Command> {
        let mut command = self.tool(name)?;
        command.env("RUSTUP_AUTO_INSTALL", "0");
        // Rustup's errors have one too.
        command.env("RUST_BACKTRACE", "0");
        Ok(command)
    }

    /// Installs it if it is missing, for which another of its tools has given a sign. Returns whether it did.
    pub(crate) fn install_if_missing(&self, setup: &SetupArgs) -> Result<bool> {
        let Err(why) = self.facts()? else {
            return Ok(false);
        };
        if !rustup::exists() || rustup::finds(self)? {
            return Err(self.broken(&why));
        }
        rustup::install(self, setup)?;
        Ok(true)
    }

    /// Sees that it can compile the program, and installs what it lacks. Returns what `cfg` says of the target.
    ///
    /// # Errors
    /// When something is missing and must not be installed, or cannot.
    pub(crate) fn prepare(&self, setup: &SetupArgs) -> Result<Vec<Cfg>> {
        let facts = match self.facts()? {
            Ok(facts) => facts,
            Err(_) => {
                self.install_if_missing(setup)?;
                self.facts()?.map_err(|why| self.broken(&why))?
            }
        };
        if self.threads {
            if !facts.sysroot.join(SOURCE).is_file() {
                rustup::add(self, &facts, &rustup::SOURCE, setup)?;
            }
        } else if !facts.libraries.is_dir() && !self.compiles_std() {
            rustup::add(self, &facts, &rustup::TARGET, setup)?;
        }
        Ok(facts.cfgs)
    }

    /// What rustc says, or why it says nothing.
    fn facts(&self) -> Result<Result<Facts, String>> {
        // Cargo starts the same one.
        let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
        let mut rustc = self.question(&rustc)?;
        rustc.args(["--print", "sysroot", "--print", "target-libdir"]);
        rustc.args(["--print", "cfg", "--target", TRIPLE]);
        let output = rustc.output().map_err(|error| missing("rustc", &error))?;
        if !output.status.success() {
            return Ok(Err(reason(&output.stderr)));
        }
        let said = String::from_utf8_lossy(&output.stdout);
        let mut lines = said.lines();
        let mut path = || PathBuf::from(lines.next().unwrap_or_default());
        Ok(Ok(Facts {
            sysroot: path(),
            libraries: path(),
            cfgs: lines.filter_map(|line| Cfg::from_str(line).ok()).collect(),
        }))
    }

    /// Whether the user's own configuration has cargo compile the standard library: no compiled one is needed then.
    fn compiles_std(&self) -> bool {
        if env::var_os("CARGO_UNSTABLE_BUILD_STD").is_some() {
            return true;
        }
        let asked = self.question("cargo").map(|mut cargo| {
            let config = ["-Zunstable-options", "config", "get", "unstable.build-std"];
            cargo.args(config).output()
        });
        // A stable toolchain answers with an error, and would not compile it either.
        matches!(asked, Ok(Ok(output)) if output.status.success())
    }

    fn broken(&self, why: &str) -> anyhow::Error {
        let text = format!("the toolchain of `{}` does not work: {why}", self.place());
        CliError::new(text, "see what `rustc --version` says there").into()
    }

    /// The name that somebody has given it, if anybody has.
    fn name(&self) -> Option<String> {
        match self.imposed {
            Some(name) => Some(name.to_string()),
            None => named(&self.folder),
        }
    }

    fn place(&self) -> String {
        let folder = self.folder.canonicalize();
        let folder = folder.as_ref().unwrap_or(&self.folder);
        folder.display().to_string()
    }
}

const VARIABLE: &str = "RUSTUP_TOOLCHAIN";

/// The toolchain that the user has chosen by a variable. When cargo started this program (`cargo run`), it is
/// rustup that has set it, to the toolchain of the package that this program is from.
fn of_user() -> Option<String> {
    match env::var_os("CARGO") {
        Some(_) => None,
        None => env::var(VARIABLE).ok(),
    }
}

/// The toolchain that the user or the package in a folder names.
fn named(folder: &Path) -> Option<String> {
    of_user().or_else(|| file::channel(&file::of(folder)?))
}

/// The error for a tool that did not start.
pub(crate) fn missing(tool: &str, error: &std::io::Error) -> CliError {
    CliError::new(
        format!("could not start `{tool}`: {error}"),
        format!("install Rust with rustup (https://rustup.rs), and see that `{tool}` is in PATH"),
    )
}

/// The first line of what a tool says on stderr.
pub(crate) fn reason(stderr: &[u8]) -> String {
    let said = String::from_utf8_lossy(stderr);
    let line = said.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or("it does not say why").trim();
    line.trim_start_matches("error: ").to_string()
}
