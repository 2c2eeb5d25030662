//! Runs the loader on wasm, in Node, with chunks made by hand and a network that fails as told.
//!
//! `probe/probe.rs` is the program and `scenarios.mjs` are the tests. The splitter's part, the three imports of the
//! contract, is played by a few lines of JavaScript, so that this tests the loader alone.
#![cfg(not(target_family = "wasm"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use wasm_cleave_contract as contract;
use wasm_cleave_contract::manifest::{BLOCK, BuildId, Chunk, Manifest, Split};
use wasm_encoder::{
    CodeSection, CustomSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    ImportSection, MemArg, MemArgTarget, MemoryType, Module, Section, TypeSection,
};

const BUILD: BuildId = BuildId([7; 16]);
const OTHER: BuildId = BuildId([8; 16]);

#[test]
fn scenarios_in_node() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    program(folder)?;
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/probe/scenarios.mjs");
    fs::copy(scenarios, folder.join("scenarios.mjs"))?;
    let status = Command::new("node")
        .args(["--test", "--test-reporter=spec", "scenarios.mjs"])
        .current_dir(folder)
        .status()
        .context("cannot run `node`; help: install Node 20.16 or later")?;
    ensure!(status.success(), "a scenario failed: see above");
    Ok(())
}

/// The program with its chunks, complete but for the page.
fn program(folder: &Path) -> Result<()> {
    bind(&build()?, folder)?;
    let chunks = [
        ("a.wasm", chunk(BUILD, Some((512, 41)))),
        ("b.wasm", chunk(BUILD, None)),
        ("shared ü.wasm", chunk(BUILD, Some((513, 42)))),
        ("large.wasm", large()),
    ];
    let manifest = Manifest {
        build: BUILD,
        chunks: chunks
            .iter()
            .map(|(file, bytes)| entry(file, bytes))
            .collect(),
        splits: vec![
            split("alpha", &[0, 2]),
            split("beta", &[1, 2]),
            split("gamma", &[3]),
        ],
    };
    for (file, bytes) in &chunks {
        fs::write(folder.join(file), bytes)?;
    }
    fs::write(
        folder.join("other-build.bin"),
        chunk(OTHER, Some((512, 40))),
    )?;
    fs::write(folder.join("manifest.bin"), manifest.encode())?;
    fs::write(folder.join("package.json"), r#"{"type": "module"}"#)?;
    let env = format!(
        "export const {} = () => globalThis.base;
        export const {} = (file) => new URL(file, globalThis.base).href;\n",
        contract::ENV_BASE,
        contract::ENV_LOCATE
    );
    fs::write(folder.join(contract::ENV_FILE), env)?;
    fs::write(
        folder.join("handle.js"),
        "export const alpha = () => 0, beta = () => 1, gamma = () => 2, nowhere = () => -1;\n",
    )?;
    let runtime = "export const manifest_len = () => globalThis.manifest.length;
        export const manifest_copy = (to) => new Uint8Array(globalThis.memory.buffer).set(globalThis.manifest, to);\n";
    fs::write(folder.join("runtime.js"), runtime)?;
    Ok(())
}

/// Compiles the probe.
fn build() -> Result<PathBuf> {
    // Beside what cargo builds for this test: kept, so that it is not built anew each time.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("probe");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--package", "wasm-cleave", "--example", "probe"])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    ensure!(status.success(), "the probe does not compile");
    Ok(target.join("wasm32-unknown-unknown/debug/examples/probe.wasm"))
}

fn bind(wasm: &Path, folder: &Path) -> Result<()> {
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .generate(folder)?;
    let from = |module: &str| format!("from \"{module}\"");
    let glue = folder.join("probe.js");
    let text = fs::read_to_string(&glue)?
        .replace(&from(contract::RUNTIME_MODULE), &from("./runtime.js"))
        .replace(&from(contract::HANDLE_MODULE), &from("./handle.js"));
    fs::write(glue, text)?;
    Ok(())
}

/// A chunk whose `init` adds a number to the byte at an address: written twice, it shows.
fn chunk(build: BuildId, data: Option<(u64, i32)>) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let mut imports = ImportSection::new();
    let memory = MemoryType {
        minimum: 0,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    imports.import(
        contract::MAIN_NAMESPACE,
        contract::EXPORT_MEMORY,
        EntityType::Memory(memory),
    );
    module.section(&imports);
    if let Some((address, number)) = data {
        let mut functions = FunctionSection::new();
        functions.function(0);
        module.section(&functions);
        let mut exports = ExportSection::new();
        exports.export(contract::CHUNK_INIT, ExportKind::Func, 0);
        module.section(&exports);
        let at = MemArg {
            offset: address,
            align: 0,
            target: MemArgTarget::Memory(0),
            ordering: None,
        };
        let mut code = CodeSection::new();
        let mut init = Function::new([]);
        init.instructions()
            .i32_const(0)
            .i32_const(0)
            .i32_load8_u(at)
            .i32_const(number)
            .i32_add()
            .i32_store8(at)
            .end();
        code.function(&init);
        module.section(&code);
    }
    module.section(&CustomSection {
        name: contract::BUILD_SECTION.into(),
        data: (&build.0).into(),
    });
    module.finish()
}

/// A chunk of several blocks, the last of which is shorter.
fn large() -> Vec<u8> {
    let mut bytes = chunk(BUILD, None);
    let padding: Vec<u8> = (0..2 * BLOCK + 1000).map(|n| (n % 251) as u8).collect();
    let section = CustomSection {
        name: "padding".into(),
        data: padding.into(),
    };
    section.append_to(&mut bytes);
    bytes
}

fn entry(file: &str, bytes: &[u8]) -> Chunk {
    Chunk {
        file: file.into(),
        size: bytes.len() as u32,
        sha256: Sha256::digest(bytes).into(),
        blocks: match bytes.len() > BLOCK {
            true => bytes
                .chunks(BLOCK)
                .map(|block| Sha256::digest(block).into())
                .collect(),
            false => Vec::new(),
        },
        slots: Vec::new(),
    }
}

fn split(name: &str, chunks: &[u32]) -> Split {
    Split {
        name: name.into(),
        chunks: chunks.to_vec(),
        entries: vec![],
    }
}
