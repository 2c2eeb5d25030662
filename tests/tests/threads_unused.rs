//! What programs without threads must not pay for: nothing of what threads need is in them.

use std::path::Path;

use anyhow::{Result, ensure};
use wasm_cleave_contract::{ENSURE, THREAD_RUN};
use wasm_cleave_splitter::{FileNames, ModuleKind, Target};
use wasm_cleave_tests::cargo::{Settings, build_fixtures};
use wasm_cleave_tests::inspect::Contents;
use wasm_cleave_tests::program::{Ready, STEM, Shape, prepare};
use wasm_cleave_tests::threads;

/// How much of what only threads need is in a program.
#[derive(Debug, PartialEq, Eq)]
struct ForThreads {
    /// Main's exports for stubs, Workers and JavaScript.
    exports: usize,
    /// Slots of chunks in which main has something.
    stubs: usize,
    /// Slots of chunks that the manifest lists.
    listed: usize,
    /// Functions of the loader.
    functions: usize,
    /// JavaScript for Workers.
    files: usize,
}

impl ForThreads {
    fn count(program: &Ready) -> Result<ForThreads> {
        let modules = &program.program.modules;
        let read = |kind: ModuleKind| -> Result<Vec<Contents>> {
            let modules = modules.iter().filter(|module| module.kind == kind);
            let contents = modules.map(|module| Contents::read(program.file(&module.file)?));
            contents.collect()
        };
        let main = read(ModuleKind::Main)?.remove(0);
        let chunks = read(ModuleKind::Chunk)?;
        let slots: Vec<&u32> = chunks.iter().flat_map(|chunk| chunk.slots.keys()).collect();
        ensure!(!slots.is_empty(), "no chunk fills a slot");
        let is_export = |name: &&String| {
            let javascript = [
                "chunkCounters",
                "acceptThread",
                "connectThread",
                "disconnectThread",
                "coordinateThreads",
            ];
            [ENSURE, THREAD_RUN].contains(&name.as_str()) || javascript.contains(&name.as_str())
        };
        // Behind the crate's name there may be its hash.
        let is_of_threads = |name: &&String| {
            let modules = ["::shared::", "::threads::"];
            name.contains("wasm_cleave") && modules.iter().any(|module| name.contains(module))
        };
        let listed = program.program.manifest.chunks.iter();
        Ok(ForThreads {
            exports: main.exports.iter().filter(is_export).count(),
            stubs: slots
                .iter()
                .filter(|slot| main.slots.contains_key(slot))
                .count(),
            listed: listed.map(|chunk| chunk.slots.len()).sum(),
            functions: main.functions.iter().filter(is_of_threads).count(),
            files: program
                .program
                .files
                .iter()
                .filter(|file| file.name == FileNames::new(STEM).worker())
                .count(),
        })
    }
}

#[test]
fn threads_cost_nothing_where_there_are_none() -> Result<()> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let linked = &build_fixtures(scratch, &Settings::default(), &["everything"])?["everything"];
    let folder = scratch.join("unused/single");
    let single = ForThreads::count(&prepare(linked, &folder, Shape::Split, Target::Web)?)?;
    let nothing = ForThreads {
        exports: 0,
        stubs: 0,
        listed: 0,
        functions: 0,
        files: 0,
    };
    ensure!(single == nothing, "a program of one thread has {single:?}");

    // What is looked for is there where it is needed.
    let linked = &threads::build(scratch, &["soak"])?["soak"];
    let folder = scratch.join("unused/shared");
    let shared = ForThreads::count(&prepare(linked, &folder, Shape::Split, Target::Web)?)?;
    ensure!(
        shared.exports >= 4
            && shared.stubs >= 200
            && shared.listed > 0
            && shared.functions > 0
            && shared.files == 1,
        "a program with threads has only {shared:?}"
    );
    Ok(())
}
