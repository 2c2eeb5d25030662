//! The cut: in every way that a program can be built, main reaches nothing of what lies behind its splits.
//!
//! Builds `matrix/program` for wasm, in a few ways by default and in all with `CLEAVE_FULL_MATRIX=1` (an hour or two),
//! and counts what is reachable. With `CLEAVE_MATRIX=s-fat-16-v0`, only the way of that name.

#[path = "matrix/reach.rs"]
mod reach;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use reach::Program;

const OPT_LEVELS: [&str; 6] = ["0", "1", "2", "3", "s", "z"];
const LTO: [&str; 3] = ["off", "thin", "fat"];
const UNITS: [&str; 2] = ["1", "16"];
const MANGLING: [&str; 2] = ["legacy", "v0"];

/// Every value of every setting, and every optimisation level with another neighbour.
const COVERING: [[&str; 4]; 6] = [
    ["0", "off", "16", "legacy"],
    ["1", "thin", "1", "v0"],
    ["2", "off", "1", "legacy"],
    ["3", "fat", "16", "v0"],
    ["s", "thin", "16", "legacy"],
    ["z", "fat", "1", "legacy"],
];

/// The crates that main must not reach.
const HEAVY: [&str; 4] = [
    "regex_automata",
    "regex_syntax",
    "aho_corasick",
    "pulldown_cmark",
];

/// The splits of the program, and how many entries they have at least: equal ones of one split may be merged.
const SPLITS: [(&str, usize); 5] = [
    ("both", 1),
    ("markdown", 2),
    ("search", 2),
    ("twin_a", 1),
    ("twin_b", 1),
];

#[test]
fn main_reaches_nothing_behind_a_split() {
    let ways = ways();
    assert!(!ways.is_empty(), "no way is called so");
    let mut wrong = Vec::new();
    for way in &ways {
        let program = build(way);
        let result = check(&program, way);
        println!("{}: {result:?}", way.join("-"));
        if let Err(problem) = result {
            wrong.push(format!("{}: {problem}", way.join("-")));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} ways:\n{}",
        wrong.len(),
        ways.len(),
        wrong.join("\n")
    );
}

/// A user's crate of edition 2021 takes all forms of functions too.
#[test]
fn all_forms_work_in_edition_2021() {
    let mut cargo = cargo("test");
    cargo.arg("--quiet");
    run(&mut cargo);
}

fn ways() -> Vec<[&'static str; 4]> {
    let only = std::env::var("CLEAVE_MATRIX").ok();
    if only.is_none() && std::env::var_os("CLEAVE_FULL_MATRIX").is_none() {
        return COVERING.to_vec();
    }
    let mut ways = Vec::new();
    for opt in OPT_LEVELS {
        for lto in LTO {
            for units in UNITS {
                for mangling in MANGLING {
                    ways.push([opt, lto, units, mangling]);
                }
            }
        }
    }
    ways.retain(|way| only.as_ref().is_none_or(|only| *only == way.join("-")));
    ways
}

fn check(program: &Program, way: &[&str; 4]) -> Result<String, String> {
    check_entries(program)?;
    let legacy = |name: &str| name.starts_with("_ZN") && name.contains("wasm_cleave");
    if program.all_names().any(legacy) != (way[3] == "legacy") {
        return Err("the names are not mangled as asked".into());
    }

    let main = program.reached_by_main();
    let leaked: Vec<String> = main
        .iter()
        .filter(|&&function| program.is_of(function, &HEAVY))
        .map(|&function| program.name(function))
        .collect();
    if !leaked.is_empty() {
        return Err(format!(
            "main reaches {} heavy functions:\n  {}",
            leaked.len(),
            leaked.join("\n  ")
        ));
    }
    // Otherwise the test would pass with nothing to find.
    for (split, krate) in [
        ("search", "regex_automata"),
        ("markdown", "pulldown_cmark"),
        ("both", "regex_automata"),
    ] {
        let reached = program.reached_by(split);
        let heavy: BTreeSet<_> = reached
            .into_iter()
            .filter(|&function| program.is_of(function, &[krate]))
            .collect();
        if program.size(&heavy) < 10_000 {
            return Err(format!(
                "split `{split}` reaches only {} bytes of {krate}",
                program.size(&heavy)
            ));
        }
    }
    Ok(format!(
        "main {} of {} bytes of code",
        program.size(&main),
        program.size(&program.functions())
    ))
}

/// Each entry belongs to one split, and is called through its address alone.
fn check_entries(program: &Program) -> Result<(), String> {
    let mut found = BTreeMap::<&str, usize>::new();
    for (&entry, marks) in &program.entries {
        let [mark] = marks.as_slice() else {
            return Err(format!("{} has the marks {marks:?}", program.name(entry)));
        };
        *found.entry(mark).or_default() += 1;
        let callers = program.callers(entry);
        if !callers.is_empty() {
            return Err(format!("{} is called by {callers:?}", program.name(entry)));
        }
    }
    let names: Vec<&str> = found.keys().copied().collect();
    if names != SPLITS.map(|(name, _)| name) {
        return Err(format!("the splits are {names:?}"));
    }
    for (name, least) in SPLITS {
        if found[name] < least {
            return Err(format!("split `{name}` has {} entries", found[name]));
        }
    }
    Ok(())
}

fn build(&[opt, lto, units, mangling]: &[&str; 4]) -> Program {
    // Without `--export-table` the linker of Rust 1.95 crashes with thin LTO where nothing else uses the table.
    let mut flags = vec!["-Clink-arg=--emit-relocs", "-Clink-arg=--export-table"];
    if mangling == "v0" {
        // The other is the default, and on stable toolchains cannot be asked for.
        flags.push("-Csymbol-mangling-version=v0");
    }
    let mut cargo = cargo("build");
    cargo
        .args(["--release", "--target", "wasm32-unknown-unknown"])
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt)
        .env("CARGO_PROFILE_RELEASE_LTO", lto)
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", units);
    run(&mut cargo);
    let wasm = target_dir().join("wasm32-unknown-unknown/release/matrix_program.wasm");
    let wasm = std::fs::read(&wasm).unwrap_or_else(|error| panic!("{}: {error}", wasm.display()));
    Program::read(&wasm).expect("the linker writes valid modules")
}

fn cargo(command: &str) -> Command {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix/program/Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([command, "--manifest-path"])
        .arg(manifest)
        .env("CARGO_TARGET_DIR", target_dir())
        .env_remove("RUSTFLAGS");
    cargo
}

fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("matrix")
}

fn run(command: &mut Command) {
    let output = command.output().expect("cargo starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}\n{stdout}\n{stderr}");
}
