//! What can be said on the command line.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::summary::Quality;
use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use wasm_cleave_splitter::{Limits, Options, Target};

/// Splits wasm-bindgen programs at functions marked `#[wasm_split(name)]` into a small main module and chunks that
/// load when they are first awaited.
#[derive(Debug, Parser)]
#[command(name = "wasm-cleave", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compile a package with cargo, split it, run wasm-bindgen, and write everything into one folder
    ///
    /// The folder is `dist` in the package unless `--out-dir` names another. With `--target web` it also receives
    /// what a page needs besides: `index.html` of the package, and all that is in the package's folders `static` and
    /// `public` (their contents, not the folders themselves), so that it can be served as it is.
    Build(BuildArgs),
    /// Split a module that is already linked, and run wasm-bindgen on it
    ///
    /// The module must have been linked with `-Clink-arg=--emit-relocs -Clink-arg=--export-table`, and must not have
    /// gone through wasm-bindgen yet. `wasm-cleave build` does all of that.
    Split(SplitArgs),
    /// Build a package and serve it on this machine; build again and reload the page when a source changes
    ///
    /// The URL is the first line on stdout, when the first build is done. Serves 127.0.0.1 only. Writes below cargo's
    /// target folder, not into `dist`. While the sources do not compile, the page shows cargo's message and the last
    /// good build stays.
    ///
    /// When a browser goes to a path without a file extension at which there is nothing, it gets `index.html`, and in
    /// that `<base href="/">` unless it has a `<base>`: the program knows what the path means.
    Serve(ServeArgs),
}

/// Which package is compiled, and how.
#[derive(Debug, Args)]
pub(crate) struct PackageArgs {
    /// Name of a member of the workspace, or path of a package; the current folder's package if absent
    #[arg(value_name = "PACKAGE|PATH")]
    pub(crate) package: Option<String>,
    /// Compile with optimisations: cargo's `release` profile
    #[arg(long, conflicts_with = "profile")]
    pub(crate) release: bool,
    /// Compile with this cargo profile
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Features of the package to turn on, separated by commas
    #[arg(long, value_name = "FEATURES", action = ArgAction::Append)]
    pub(crate) features: Vec<String>,
    /// Leave the package's default features off
    #[arg(long)]
    pub(crate) no_default_features: bool,
    #[command(flatten)]
    pub(crate) setup: SetupArgs,
    /// Build this binary instead of the library
    #[arg(long, value_name = "NAME", conflicts_with = "example")]
    pub(crate) bin: Option<String>,
    /// Build this example instead of the library
    #[arg(long, value_name = "NAME")]
    pub(crate) example: Option<String>,
    /// Build for threads that share one memory
    ///
    /// Compiles the standard library too, which takes a nightly toolchain with its source: the one that the package's
    /// `rust-toolchain.toml` names if it is a nightly, else the one that wasm-cleave is tested with.
    #[arg(long)]
    pub(crate) threads: bool,
    /// How far the shared memory can grow: bytes, or a number with KiB, MiB or GiB
    #[arg(long, value_name = "SIZE", default_value_t = MaxMemory::default(), requires = "threads")]
    pub(crate) max_memory: MaxMemory,
}

impl PackageArgs {
    /// The name of the cargo profile.
    pub(crate) fn profile(&self) -> &str {
        match &self.profile {
            Some(profile) => profile,
            None if self.release => "release",
            None => "dev",
        }
    }

    /// Whether the profile is for development: what it makes is looked at, not published.
    pub(crate) fn is_for_development(&self) -> bool {
        matches!(self.profile(), "dev" | "test")
    }
}

/// What may be done to get what a build needs.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct SetupArgs {
    /// Fail where `Cargo.lock` would have to change
    #[arg(long)]
    pub(crate) locked: bool,
    /// Do not use the network: neither cargo nor rustup may
    #[arg(long)]
    pub(crate) offline: bool,
    /// Both `--locked` and `--offline`
    #[arg(long)]
    pub(crate) frozen: bool,
    /// Do not let rustup install what the toolchain lacks
    #[arg(long, env = "WASM_CLEAVE_NO_INSTALL", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub(crate) no_install: bool,
}

impl SetupArgs {
    /// Cargo's part of it.
    pub(crate) fn flags(self) -> impl Iterator<Item = &'static str> {
        let flags = [
            (self.locked, "--locked"),
            (self.offline, "--offline"),
            (self.frozen, "--frozen"),
        ];
        flags
            .into_iter()
            .filter(|(is_set, _)| *is_set)
            .map(|(_, flag)| flag)
    }

    /// What says that nothing may be installed, if anything does.
    pub(crate) fn forbids_install(self) -> Option<&'static str> {
        let flags = [
            (self.offline, "--offline"),
            (self.frozen, "--frozen"),
            (self.no_install, "--no-install"),
        ];
        flags
            .into_iter()
            .find_map(|(is_set, flag)| is_set.then_some(flag))
    }
}

/// How many bytes a shared memory can have; a whole number of wasm's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaxMemory(u64);

impl MaxMemory {
    const PAGE: u64 = 64 << 10;
    const UNITS: [(&str, u64); 3] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

    pub(crate) fn bytes(self) -> u64 {
        self.0
    }
}

impl Default for MaxMemory {
    fn default() -> Self {
        MaxMemory(1 << 30)
    }
}

impl FromStr for MaxMemory {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unit = |(name, bytes)| Some((text.strip_suffix(name)?.trim_end(), bytes));
        let (number, unit) = Self::UNITS.into_iter().find_map(unit).unwrap_or((text, 1));
        let number: u64 = number
            .parse()
            .map_err(|_| "it must be a number of bytes, or a number with KiB, MiB or GiB")?;
        match number.checked_mul(unit) {
            Some(bytes) if bytes == 0 || bytes % Self::PAGE != 0 => {
                Err("it must be a multiple of 64 KiB")
            }
            Some(bytes) if bytes <= 4 << 30 => Ok(MaxMemory(bytes)),
            _ => Err("a wasm memory has at most 4 GiB"),
        }
    }
}

impl fmt::Display for MaxMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut units = Self::UNITS.into_iter().rev();
        match units.find(|(_, bytes)| self.0.is_multiple_of(*bytes)) {
            Some((name, bytes)) => write!(f, "{}{name}", self.0 / bytes),
            None => write!(f, "{}", self.0),
        }
    }
}

/// How the program is divided.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct DivisionArgs {
    /// Leave the program in one module: quicker, and it behaves the same
    #[arg(long)]
    pub(crate) no_split: bool,
    /// Cost of one request in bytes: chunks are merged when that adds fewer unneeded bytes than this
    ///
    /// Bytes are counted as they travel: the compressed size of a chunk is estimated. A merge saves a request of every
    /// split that needed both chunks, and costs every split that needed one of them the bytes of the other. What
    /// several splits share goes into main where the requests that this saves cost more than its bytes, which count
    /// ten times there: everybody loads them, and the first paint waits. 0 merges nothing.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().request_cost)]
    pub(crate) request_cost: usize,
    /// Keep function names in the modules, for readable stacks
    ///
    /// Names add 10 to 30 % to a module. Builds with cargo's profiles `dev` and `test` keep them in any case; all
    /// others, and `split`, leave them out: stacks then show numbers, as in `wasm-function[123]`.
    #[arg(long)]
    pub(crate) names: bool,
}

impl DivisionArgs {
    /// The library's options for a package that cargo has built.
    pub(crate) fn options_of(self, package: &PackageArgs, stem: String, target: Target) -> Options {
        let mut options = self.options(stem, target);
        options.names |= package.is_for_development();
        options
    }

    /// The library's options for a program of that name.
    pub(crate) fn options(self, stem: String, target: Target) -> Options {
        let mut options = Options::new(stem);
        options.target = target;
        options.split = !self.no_split;
        options.limits.request_cost = self.request_cost;
        options.names = self.names;
        options
    }
}

/// What is shown after a build.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Print one JSON document on stdout instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Make the program in one module too, and show each module's share of it
    #[arg(long)]
    pub(crate) compare: bool,
    /// How hard brotli tries when it measures: 11 is what servers store, 5 what they do on the fly
    ///
    /// If absent, `split` tries 5, `build` with an optimised profile 11, and `build` with `dev` or `test` does not
    /// compress at all.
    #[arg(long, value_name = "QUALITY", value_parser = clap::value_parser!(u8).range(0..=11))]
    pub(crate) brotli: Option<u8>,
}

impl ReportArgs {
    /// The quality that the user asks for.
    pub(crate) fn quality(&self) -> Option<Quality> {
        self.brotli.and_then(Quality::new)
    }
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub(crate) package: PackageArgs,
    /// Where the files go; `dist` in the package if absent
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) division: DivisionArgs,
    /// The host that the JavaScript is written for
    #[arg(long, value_enum, default_value_t = TargetArg::Web)]
    pub(crate) target: TargetArg,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SplitArgs {
    /// The linked module
    #[arg(value_name = "INPUT.wasm")]
    pub(crate) input: PathBuf,
    /// Where the files go
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: PathBuf,
    /// What the names of all files begin with; the input's name if absent
    #[arg(long, value_name = "NAME", value_parser = out_name)]
    pub(crate) out_name: Option<String>,
    /// The host that the JavaScript is written for
    #[arg(long, value_enum, default_value_t = TargetArg::Web)]
    pub(crate) target: TargetArg,
    #[command(flatten)]
    pub(crate) division: DivisionArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) package: PackageArgs,
    /// The port; a free one if absent
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub(crate) port: u16,
    /// Whether to open the page in the browser
    #[arg(long, value_enum, default_value_t = Open::No)]
    pub(crate) open: Open,
    #[command(flatten)]
    pub(crate) division: DivisionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Open {
    Yes,
    No,
}

/// The library's [`Target`], as it is called on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetArg {
    /// ES modules, for browsers
    Web,
    /// CommonJS, for Node
    Nodejs,
}

impl From<TargetArg> for Target {
    fn from(target: TargetArg) -> Self {
        match target {
            TargetArg::Web => Self::Web,
            TargetArg::Nodejs => Self::NodeJs,
        }
    }
}

fn out_name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(['.', '/', '\\']) {
        return Err("it must be a name without `.` and `/`".to_string());
    }
    Ok(text.to_string())
}
