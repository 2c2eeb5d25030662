//! What cargo needs besides for a program whose threads share one memory: a nightly toolchain with the source of the
//! standard library, compiler flags for every crate, a target folder of their own, and arguments for the linker.
//!
//! Target features hold for a whole program, the standard library included, so they have to go where RUSTFLAGS go.
//! Cargo reads one of four places; here the one that it would read is found, and its flags are kept.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::str::FromStr;

use anyhow::{Context, Result};
use cargo_metadata::cargo_platform::{Cfg, Platform};
use serde_json::Value;

use crate::args::MaxMemory;
use crate::cargo::{TRIPLE, missing, tool, toolchain_of_user};
use crate::failure::Failure;
use crate::project::{Project, toolchain_file};

/// The toolchain where neither the package nor the user names a nightly.
const NIGHTLY: &str = "nightly-2026-05-20";

/// Atomic instructions, and the passive segments and exported thread-local base that go with them.
const FEATURES: &str = "-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals";

const BUILD_STD: &str = "-Zbuild-std=std,panic_abort";

/// The exports are what wasm-bindgen looks for to give each thread its stack and its thread-local data.
const LINK_ARGS: [&str; 7] = [
    "-Clink-arg=--shared-memory",
    "-Clink-arg=--import-memory",
    "-Clink-arg=--export=__wasm_init_tls",
    "-Clink-arg=--export=__tls_size",
    "-Clink-arg=--export=__tls_align",
    "-Clink-arg=--export=__tls_base",
    "-Clink-arg=--export=__heap_base",
];

/// A toolchain that can build for threads, and what it is told.
pub(crate) struct Threads {
    toolchain: Toolchain,
    /// The user's flags and ours.
    rustflags: Vec<String>,
    target_dir: PathBuf,
    max_memory: MaxMemory,
}

impl Threads {
    /// Finds the toolchain for a project.
    ///
    /// # Errors
    /// When something of it is not installed.
    pub(crate) fn find(project: &Project, max_memory: MaxMemory) -> Result<Self> {
        let toolchain = Toolchain::of(&project.folder);
        let cfgs = toolchain.check(&project.folder)?;
        let config = toolchain.config(&project.folder)?;
        let mut rustflags = configured_flags(&|name| env::var(name).ok(), &config, &cfgs);
        rustflags.push(FEATURES.to_string());
        Ok(Threads {
            toolchain,
            rustflags,
            // Cargo would compile everything again when the flags change.
            target_dir: project.target_dir.join("wasm-cleave/threads"),
            max_memory,
        })
    }

    /// Makes `cargo rustc` build with the toolchain and the flags.
    pub(crate) fn prepare(&self, cargo: &mut Command) {
        self.toolchain.set(cargo);
        cargo
            .env(ENCODED, self.rustflags.join(SEPARATOR))
            .arg(BUILD_STD)
            .arg("--target-dir")
            .arg(&self.target_dir);
    }

    /// Arguments for the compiler of the program alone.
    pub(crate) fn link_args(&self) -> impl Iterator<Item = String> {
        let max_memory = format!("-Clink-arg=--max-memory={}", self.max_memory.bytes());
        LINK_ARGS.map(String::from).into_iter().chain([max_memory])
    }
}

/// A nightly.
struct Toolchain {
    name: String,
    /// Whether rustup takes it by itself, since the user or the package says so.
    is_chosen: bool,
}

impl Toolchain {
    fn of(folder: &Path) -> Self {
        let of_package = || channel(&fs::read_to_string(toolchain_file(folder)?).ok()?);
        match toolchain_of_user().or_else(of_package) {
            Some(name) if name.starts_with("nightly") => Toolchain {
                name,
                is_chosen: true,
            },
            _ => Toolchain {
                name: NIGHTLY.to_string(),
                is_chosen: false,
            },
        }
    }

    fn set(&self, command: &mut Command) {
        if !self.is_chosen {
            command.env("RUSTUP_TOOLCHAIN", &self.name);
        }
    }

    /// Whether it is there, with the source of the standard library; what `cfg` says of its target.
    fn check(&self, folder: &Path) -> Result<Vec<Cfg>> {
        let mut rustc = tool("rustc", folder)?;
        rustc.args(["--print", "sysroot", "--print", "cfg", "--target", TRIPLE]);
        let said = self.output(rustc)?;
        let mut lines = said.lines();
        let sysroot = Path::new(lines.next().unwrap_or_default());
        let source = "lib/rustlib/src/rust/library/Cargo.lock";
        if !sysroot.join(source).is_file() {
            return Err(self.lacks(&format!(
                "the toolchain `{}` does not have the source of the standard library",
                self.name
            )));
        }
        Ok(lines.filter_map(|line| Cfg::from_str(line).ok()).collect())
    }

    /// All of cargo's configuration files, merged.
    fn config(&self, folder: &Path) -> Result<Value> {
        let mut cargo = tool("cargo", folder)?;
        cargo.args(["-Zunstable-options", "config", "get", "--format", "json"]);
        let said = self.output(cargo)?;
        serde_json::from_str(&said).context("could not read what `cargo config get` says")
    }

    fn output(&self, mut command: Command) -> Result<String> {
        self.set(&mut command);
        // It would be installed in silence, and without the source of the standard library.
        command.env("RUSTUP_AUTO_INSTALL", "0");
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().map_err(|error| missing(&error))?;
        if !status.success() {
            let said = String::from_utf8_lossy(&stderr);
            let said = said.lines().next().unwrap_or("it does not say why");
            return Err(self.lacks(said.trim_start_matches("error: ")));
        }
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    }

    fn lacks(&self, what: &str) -> anyhow::Error {
        Failure::new(
            format!("cannot build for threads: {what}"),
            format!(
                "rustup toolchain install {} --profile minimal --component rust-src",
                self.name
            ),
        )
        .into()
    }
}

/// The channel that a toolchain file names; the file is TOML, or of old the name alone.
fn channel(text: &str) -> Option<String> {
    let mut lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty());
    if let (Some(name), None) = (lines.clone().next(), lines.clone().nth(1))
        && !name.contains(['=', '['])
    {
        return Some(name.to_string());
    }
    lines.find_map(|line| {
        let (_, rest) = line.split_once("channel")?;
        let value = rest.trim_start().strip_prefix('=')?;
        value.split(['"', '\'']).nth(1).map(str::to_string)
    })
}

const ENCODED: &str = "CARGO_ENCODED_RUSTFLAGS";
/// Between the flags in [`ENCODED`].
const SEPARATOR: &str = "\x1f";

/// The flags that cargo would pass: of the first of its places that has any.
fn configured_flags(
    env: &dyn Fn(&str) -> Option<String>,
    config: &Value,
    cfgs: &[Cfg],
) -> Vec<String> {
    let words =
        |text: String| -> Vec<String> { text.split_whitespace().map(String::from).collect() };
    if let Some(encoded) = env(ENCODED) {
        let flags = encoded.split(SEPARATOR).filter(|flag| !flag.is_empty());
        return flags.map(String::from).collect();
    }
    if let Some(text) = env("RUSTFLAGS") {
        return words(text);
    }
    let of_variable = |name: &str| env(name).map(words).unwrap_or_default();
    let mut flags = Vec::new();
    for (key, table) in config["target"].as_object().into_iter().flatten() {
        let platform = Platform::from_str(key);
        if platform.is_ok_and(|platform| platform.matches(TRIPLE, cfgs)) {
            flags.extend(listed(&table["rustflags"]));
        }
    }
    flags.extend(of_variable("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS"));
    if flags.is_empty() {
        flags.extend(listed(&config["build"]["rustflags"]));
        flags.extend(of_variable("CARGO_BUILD_RUSTFLAGS"));
    }
    flags
}

/// Flags in a configuration file: a list, or one text with spaces between them.
fn listed(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text.split_whitespace().map(String::from).collect(),
        Value::Array(flags) => flags
            .iter()
            .filter_map(|flag| flag.as_str().map(String::from))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flags(env: &[(&str, &str)], config: Value) -> Vec<String> {
        let env = |name: &str| {
            let found = env.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.to_string())
        };
        let cfgs = [r#"target_family="wasm""#, "panic=\"abort\""];
        let cfgs = cfgs.map(|cfg| Cfg::from_str(cfg).unwrap());
        configured_flags(&env, &config, &cfgs)
    }

    #[test]
    fn flags_come_from_the_place_that_cargo_reads() {
        let config = json!({
            "build": {"rustflags": ["-build"]},
            "target": {
                TRIPLE: {"rustflags": "-a -b"},
                "x86_64-unknown-linux-gnu": {"rustflags": ["-host"]},
                "cfg(target_family = \"wasm\")": {"rustflags": ["-c d"]},
                "cfg(unix)": {"rustflags": ["-unix"]},
            },
        });
        let target = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
        let build = "CARGO_BUILD_RUSTFLAGS";
        let encoded = [(ENCODED, "-x y\x1f-z"), ("RUSTFLAGS", "-r"), (target, "-t")];
        assert_eq!(flags(&encoded, config.clone()), ["-x y", "-z"]);
        assert_eq!(flags(&encoded[1..], config.clone()), ["-r"]);
        let mut found = flags(&encoded[2..], config.clone());
        found.sort();
        assert_eq!(found, ["-a", "-b", "-c d", "-t"]);

        let config = json!({
            "build": {"rustflags": ["-build"]},
            "target": {"cfg(unix)": {"rustflags": ["-unix"]}},
        });
        assert_eq!(flags(&[(build, "-more")], config), ["-build", "-more"]);
        assert_eq!(
            flags(&[("RUSTFLAGS", "")], json!({"build": {"rustflags": "-b"}})),
            [""; 0]
        );
        assert_eq!(flags(&[], json!({})), [""; 0]);
    }

    #[test]
    fn a_toolchain_file_says_its_channel_in_several_ways() {
        for (text, expected) in [
            (
                "[toolchain]\nchannel = \"nightly-2026-01-02\"\n",
                Some("nightly-2026-01-02"),
            ),
            (
                "[toolchain]\n# channel = \"no\"\nchannel='1.95.0' # yes",
                Some("1.95.0"),
            ),
            (
                "toolchain = { channel = \"beta\", profile = \"minimal\" }",
                Some("beta"),
            ),
            ("nightly\n", Some("nightly")),
            ("[toolchain]\npath = \"/opt/rust\"\n", None),
            ("", None),
        ] {
            assert_eq!(channel(text).as_deref(), expected, "{text}");
        }
    }
}
