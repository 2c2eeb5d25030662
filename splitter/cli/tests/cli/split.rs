//! `wasm-cleave split`: what it writes, and what it leaves alone when it fails.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{contents, fail, has_names, library_version, linked, names, succeed};

fn split<'a>(input: &'a Path, out: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["split", input.to_str().unwrap()];
    args.extend(["--out-dir", out.to_str().unwrap()]);
    args.extend(more);
    args
}

#[test]
fn a_program_becomes_main_a_chunk_and_a_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let input = linked(folder.path(), library_version());
    let out = folder.path().join("out");
    let table = succeed(split(&input, &out, &["--out-name", "app"]));

    let names = names(&out);
    let chunk = names.iter().find(|name| name.starts_with("app-heavy-"));
    let chunk = chunk.unwrap_or_else(|| panic!("no chunk in {names:?}"));
    for name in [
        "app.js",
        "app.d.ts",
        "app_bg.wasm",
        "app.cleave-manifest.json",
    ] {
        assert!(
            names.iter().any(|found| found == name),
            "{name} in {names:?}"
        );
    }
    assert!(table.contains(chunk.as_str()), "{table}");

    let manifest: Value =
        serde_json::from_slice(&fs::read(out.join("app.cleave-manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["app.js"]["isEntry"], true);
    assert_eq!(manifest["app.js"]["dynamicImports"][0], "split:heavy");
    assert_eq!(manifest["split:heavy"]["file"], chunk.as_str());
    assert_eq!(manifest["split:heavy"]["isDynamicEntry"], true);
    let size = fs::metadata(out.join(chunk)).unwrap().len();
    assert_eq!(manifest["split:heavy"]["size"], size);
}

#[test]
fn without_splitting_there_is_one_module() {
    let folder = tempfile::tempdir().unwrap();
    let input = linked(folder.path(), library_version());
    let out = folder.path().join("out");
    succeed(split(&input, &out, &["--no-split"]));
    let modules: Vec<_> = names(&out)
        .into_iter()
        .filter(|name| name.ends_with(".wasm"))
        .collect();
    assert_eq!(modules, ["program_bg.wasm"]);
}

#[test]
fn the_target_decides_the_kind_of_glue() {
    let folder = tempfile::tempdir().unwrap();
    let input = linked(folder.path(), library_version());
    let glue = |target| {
        let out = folder.path().join(target);
        succeed(split(&input, &out, &["--target", target]));
        fs::read_to_string(out.join("program.js")).unwrap()
    };
    assert!(glue("web").contains("as default"));
    assert!(!glue("nodejs").contains("as default"));
}

#[test]
fn json_is_all_that_stdout_gets() {
    let folder = tempfile::tempdir().unwrap();
    let input = linked(folder.path(), library_version());
    let out = folder.path().join("out");
    let json = succeed(split(&input, &out, &["--json", "--compare"]));
    let report: Value = serde_json::from_str(&json).unwrap();
    let modules = report["modules"].as_array().unwrap();
    assert_eq!(modules.len(), 2);
    assert_eq!(modules[0]["main"], true);
    assert_eq!(modules[1]["splits"][0], "heavy");
    assert_eq!(report["splits"][0]["files"][0], modules[1]["file"]);
    let bytes = |value: &Value| value["bytes"].as_u64().unwrap();
    assert_eq!(
        bytes(&report["total"]),
        bytes(&modules[0]) + bytes(&modules[1])
    );
    assert!(bytes(&report["unsplit"]) > 0);
    let files = report["files"].as_array().unwrap();
    let main = files.iter().find(|file| file["file"] == modules[0]["file"]);
    assert_eq!(bytes(main.unwrap()), bytes(&modules[0]));
    let on_disk = fs::metadata(out.join(modules[0]["file"].as_str().unwrap()));
    assert_eq!(bytes(&modules[0]), on_disk.unwrap().len());
}

#[test]
fn names_are_kept_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let input = linked(folder.path(), library_version());
    let named = |more: &[&str]| {
        let out = folder.path().join("out");
        succeed(split(&input, &out, more));
        let modules = contents(&out).into_iter();
        let modules = modules.filter(|(name, _)| name.ends_with(".wasm"));
        let named: Vec<bool> = modules.map(|(_, bytes)| has_names(&bytes)).collect();
        named
    };
    assert_eq!(named(&[]), [false, false]);
    assert_eq!(named(&["--names"]), [true, true]);
}

#[test]
fn equal_input_gives_equal_files_and_does_not_touch_them() {
    let folder = tempfile::tempdir().unwrap();
    let input = linked(folder.path(), library_version());
    let out = folder.path().join("out");
    let modified = || {
        let names = names(&out).into_iter();
        let times = names.map(|name| fs::metadata(out.join(name)).unwrap().modified().unwrap());
        times.collect::<Vec<_>>()
    };
    succeed(split(&input, &out, &[]));
    let (before, times) = (contents(&out), modified());
    succeed(split(&input, &out, &[]));
    assert!(before == contents(&out));
    assert_eq!(times, modified());
}

#[test]
fn bad_input_is_an_error_and_leaves_the_last_good_output() {
    let folder = tempfile::tempdir().unwrap();
    let input = linked(folder.path(), library_version());
    let out = folder.path().join("out");
    succeed(split(&input, &out, &["--out-name", "app"]));
    let before = contents(&out);

    let good = fs::read(&input).unwrap();
    let bad = folder.path().join("bad.wasm");
    let bound = fs::read(out.join("app_bg.wasm")).unwrap();
    let inputs = [
        ("empty", Vec::new()),
        ("text", b"#!/bin/sh\n".to_vec()),
        ("no sections", b"\0asm\x01\0\0\0".to_vec()),
        ("a component", b"\0asm\x0d\0\x01\0".to_vec()),
        ("cut", good[..good.len() / 2].to_vec()),
        ("output of wasm-bindgen", bound),
    ];
    for (what, bytes) in inputs {
        fs::write(&bad, bytes).unwrap();
        fail(split(&bad, &out, &["--out-name", "app"]));
        assert!(before == contents(&out), "{what}");
    }
    let missing = folder.path().join("missing.wasm");
    let stderr = fail(split(&missing, &out, &[]));
    assert!(stderr.contains("missing.wasm"), "{stderr}");
    assert!(before == contents(&out));
}

#[test]
fn a_place_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let input = linked(folder.path(), library_version());
    let stderr = fail(split(&input, &input, &[]));
    assert!(stderr.contains("could not write"), "{stderr}");
    // The input, which was in the way, is still what it was.
    succeed(split(&input, &folder.path().join("out"), &[]));
}

#[test]
fn another_wasm_bindgen_is_asked_for_with_the_line_that_installs_it() {
    let folder = tempfile::tempdir().unwrap();
    let input = linked(folder.path(), "0.2.1");
    let stderr = fail(split(&input, &folder.path().join("out"), &[]));
    assert!(
        stderr.contains("cargo install wasm-bindgen-cli --version 0.2.1"),
        "{stderr}"
    );
    assert!(!folder.path().join("out").exists());
}
