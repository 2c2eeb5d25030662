//! What every change keeps: no warning of clippy or rustdoc, one formatting, and a build with the oldest Rust that the
//! manifest names.

use std::fs;

use anyhow::{Context, Result, ensure};
use wasm_cleave_tests::cargo::{cargo, repository};

/// The crates that are published.
const PUBLISHED: [&str; 5] = [
    "wasm-cleave",
    "wasm-cleave-cli",
    "wasm-cleave-contract",
    "wasm-cleave-macro",
    "wasm-cleave-splitter",
];

const WASM: &str = "wasm32-unknown-unknown";

/// What rustdoc has to know of the builds for shared memory, as rustc does by `tests/threads/.cargo/config.toml`.
const ATOMICS: &str = "-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals";

/// Runs cargo in a folder of the repository, whose files name the toolchain and the flags.
fn run(folder: &str, args: &[&str], flags: Option<&str>) -> Result<()> {
    let mut command = cargo();
    command.current_dir(repository().join(folder)).args(args);
    if let Some(flags) = flags {
        command.env("RUSTDOCFLAGS", flags);
    }
    let output = command.output().context("cannot run cargo")?;
    ensure!(
        output.status.success(),
        "`cargo {}` in `{folder}` fails:\n{}{}",
        args.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn packages<'a>(names: &[&'a str]) -> Vec<&'a str> {
    names.iter().flat_map(|name| ["-p", name]).collect()
}

#[test]
fn all_code_is_formatted() -> Result<()> {
    run(".", &["fmt", "--all", "--check"], None)
}

#[test]
fn clippy_finds_nothing() -> Result<()> {
    let native = ["clippy", "--workspace", "--all-targets", "--all-features"];
    let wasm = ["clippy", "--target", WASM, "--all-features"];
    let for_wasm = packages(&["wasm-cleave", "audio-worklet", "hello", "routes", "threads"]);
    let strict = ["--", "-D", "warnings"];
    run(".", &[&native[..], &strict].concat(), None)?;
    run(".", &[&wasm[..], &for_wasm, &strict].concat(), None)
}

#[test]
fn documentation_builds_without_warnings() -> Result<()> {
    const STRICT: &str = "-D warnings";
    let doc = ["doc", "--no-deps"];
    run(
        ".",
        &[&doc[..], &packages(&PUBLISHED)].concat(),
        Some(STRICT),
    )?;
    let loader = [&doc[..], &packages(&["wasm-cleave"]), &["--target", WASM]].concat();
    for features in ["rayon", "audio"] {
        run(
            ".",
            &[&loader[..], &["--features", features]].concat(),
            Some(STRICT),
        )?;
    }
    // As docs.rs builds it; the folder names the nightly.
    let threaded = [
        "--manifest-path",
        "../../Cargo.toml",
        "--features",
        "rayon,audio",
    ];
    let flags = format!("{STRICT} --cfg docsrs {ATOMICS}");
    run(
        "tests/threads",
        &[&loader[..], &threaded].concat(),
        Some(&flags),
    )
}

#[test]
fn the_oldest_rust_builds_what_is_published() -> Result<()> {
    let manifest = fs::read_to_string(repository().join("Cargo.toml"))?;
    let (_, version) = manifest
        .split_once("\nrust-version = \"")
        .context("no `rust-version`")?;
    let (version, _) = version.split_once('"').context("no end of it")?;
    let toolchain = format!("+{version}.0");
    let folder = format!("target/tests/rust-{version}");
    let check = [&*toolchain, "check", "--target-dir", &folder];
    run(".", &[&check[..], &packages(&PUBLISHED)].concat(), None)?;
    let loader = ["--target", WASM, "-p", "wasm-cleave", "--all-features"];
    run(".", &[&check[..], &loader].concat(), None)
}
