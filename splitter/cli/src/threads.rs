//! What cargo needs besides a nightly toolchain for a program whose threads share one memory: compiler flags for every
//! crate, a target folder of their own, and arguments for the linker.
//!
//! Target features hold for a whole program, the standard library included, so they have to go where RUSTFLAGS go.
//! Cargo reads one of four places; here the one that it would read is found, and its flags are kept. What the
//! configuration files say is asked from cargo, which knows more of them than crates that read them (`include`).

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, Result};
use cargo_metadata::cargo_platform::{Cfg, Platform};
use serde_json::Value;

use crate::args::MaxMemory;
use crate::cargo::TRIPLE;
use crate::error::CliError;
use crate::project::Project;
use crate::toolchain::{Toolchain, missing, reason};

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

/// The arguments and variables that make cargo build for threads.
pub(crate) struct Threads {
    /// The user's flags and ours.
    rustflags: Vec<String>,
    target_dir: PathBuf,
    max_memory: MaxMemory,
}

impl Threads {
    /// For a project, its toolchain, and what `cfg` says of the target there.
    ///
    /// # Errors
    /// When cargo does not say how it is configured: it is none of a nightly toolchain.
    pub(crate) fn find(
        project: &Project,
        toolchain: &Toolchain,
        cfgs: &[Cfg],
        max_memory: MaxMemory,
    ) -> Result<Self> {
        let config = config(toolchain)?;
        let mut rustflags = configured_flags(&|name| env::var(name).ok(), &config, cfgs);
        rustflags.push(FEATURES.to_string());
        Ok(Threads {
            rustflags,
            // Cargo would compile everything again when the flags change.
            target_dir: project.target_dir.join("wasm-cleave/threads"),
            max_memory,
        })
    }

    /// Makes `cargo rustc` build with the flags.
    pub(crate) fn prepare(&self, cargo: &mut Command) {
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

/// What cargo's configuration files say together, in cargo's words.
fn config(toolchain: &Toolchain) -> Result<Value> {
    let mut cargo = toolchain.question("cargo")?;
    cargo.args(["-Zunstable-options", "config", "get", "--format", "json"]);
    let output = cargo.output().map_err(|error| missing("cargo", &error))?;
    if !output.status.success() {
        let text = format!("cannot build for threads: {}", reason(&output.stderr));
        return Err(CliError::new(
            text,
            "see that `cargo` and `rustc` are of a nightly toolchain",
        )
        .into());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&said).context("could not read what `cargo config get` says")
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
}
