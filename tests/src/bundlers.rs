//! Bundles programs as applications do: with the bundlers of `tests/bundlers`.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::cargo::repository;

/// A bundler, and how it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bundler {
    /// Vite, which leaves every chunk a file.
    Vite,
    /// Vite as it is without settings: small files become part of the script.
    ViteInlining,
    /// webpack.
    Webpack,
}

impl Display for Bundler {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Bundler::Vite => "vite",
            Bundler::ViteInlining => "vite-inlining",
            Bundler::Webpack => "webpack",
        })
    }
}

/// Bundles the program in the folder `from` into the folder `to`, where its script has the same name.
///
/// # Errors
/// When the bundlers are not installed, or one warns of the program or refuses it; what it says is on stderr.
pub fn bundle(bundler: Bundler, from: &Path, to: &Path) -> Result<()> {
    let folder = repository().join("tests/bundlers");
    ensure!(
        folder.join("node_modules").exists(),
        "the bundlers are missing\n  help: `npm ci --ignore-scripts` in `{}` installs them, as `./tests/run` does",
        folder.display()
    );
    let status = Command::new("node")
        .arg(folder.join("bundle.mjs"))
        .arg(bundler.to_string())
        .args([from, to])
        .status()
        .context("Node could not be started")?;
    ensure!(status.success(), "{bundler} has failed: {status}");
    Ok(())
}
