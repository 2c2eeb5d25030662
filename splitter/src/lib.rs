//! Splits a linked wasm-bindgen program into a main module and chunks.
//!
//! [`split`] is the whole way of a program; it reads and writes no files. [`output::publish`] writes the result.

pub mod bindgen;
pub mod conventions;
pub mod emit;
pub mod error;
mod file_names;
pub mod graph;
pub mod ids;
mod manifest;
mod names;
pub mod output;
pub mod partition;
pub mod plan;
pub mod read;
mod scripts;
mod validate;
mod warnings;

use rayon::prelude::*;

use bindgen::BindgenError;
pub use error::Error;
pub use file_names::FileNames;
use graph::SymbolGraph;
use partition::Partition;
use plan::LinkPlan;
use read::InputModule;
use validate::Checker;

/// For what kind of host the JavaScript glue is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// ES modules, for browsers.
    Web,
    /// CommonJS, for Node.
    NodeJs,
}

/// What to make of a linked module.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the names of all files begin with: `NAME.js`, `NAME_bg.wasm`, `NAME-<chunk>-<hash>.wasm`.
    pub stem: String,
    /// The host.
    pub target: Target,
    /// `false` leaves the program in one module: the same lowering without any splitting.
    pub split: bool,
    /// Limits of the chunk assignment.
    pub limits: partition::Limits,
    /// Whether the modules keep the names of their functions, for stacks that people can read.
    pub names: bool,
}

/// A step of the way, for showing progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Sections, symbols and relocations are read.
    Read,
    /// Who refers to what.
    Graph,
    /// Which module each symbol goes to.
    Partition,
    /// Slots, imports, exports and segments are numbered.
    Plan,
    /// Modules are written.
    Emit,
    /// wasm-bindgen runs over main.
    Bindgen,
}

/// One file of the output.
#[derive(Clone, Debug)]
pub struct File {
    /// Path relative to the output folder, with `/` between its parts.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What a module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleKind {
    /// The module that the glue instantiates.
    Main,
    /// A module that is loaded on demand.
    Chunk,
}

/// One wasm module of the output.
#[derive(Clone, Debug)]
pub struct Module {
    /// The file that holds it; its bytes are in [`Program::files`].
    pub file: String,
    /// What it is.
    pub kind: ModuleKind,
    /// Names of the splits that need it; all of them for main.
    pub splits: Vec<String>,
    /// Functions that it defines, before wasm-bindgen.
    pub functions: usize,
    /// Bytes of data that it carries.
    pub data: usize,
}

/// The finished program, in memory.
#[derive(Clone, Debug)]
pub struct Program {
    /// Every file, main's glue and chunks alike; sorted by name.
    pub files: Vec<File>,
    /// The modules, main first.
    pub modules: Vec<Module>,
    /// The manifest that main embeds.
    pub manifest: wasm_cleave_contract::manifest::Manifest,
    /// What the user should know though the build succeeded, each a sentence with what to do.
    pub warnings: Vec<String>,
}

/// Splits a linked module (`--emit-relocs`), runs wasm-bindgen on main and returns all files.
///
/// `progress` is told each phase as it begins, on the calling thread.
///
/// # Errors
/// When the bytes are not such a module, or wasm-bindgen refuses it.
pub fn split(
    input: &[u8],
    options: &Options,
    progress: &mut dyn FnMut(Phase),
) -> Result<Program, Error> {
    let checker = Checker::new(input);
    let mut emitted = emit(input, options, progress)?;
    progress(Phase::Bindgen);
    let bound = bind(&emitted.main, options, &checker)?;
    emitted
        .files
        .extend(scripts::files(&emitted, bound, options));
    emitted.files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Program {
        files: emitted.files,
        modules: emitted.modules,
        manifest: emitted.manifest,
        warnings: emitted.warnings,
    })
}

/// Runs wasm-bindgen on main, and leaves its names out afterwards: wasm-bindgen finds globals by them.
fn bind(main: &[u8], options: &Options, checker: &Checker) -> Result<Vec<File>, Error> {
    let check = |wasm: &[u8], what: &str| {
        checker.check(what, wasm, |index| names::of_function(wasm, index))
    };
    let mut bound = match bindgen::bind(main, &options.stem, options.target) {
        Ok(files) => files,
        // It may be us who wrote what it stumbles over.
        Err(error @ (BindgenError::Refused { .. } | BindgenError::Crashed { .. })) => {
            check(main, "main module")?;
            return Err(error.into());
        }
        Err(error) => return Err(error.into()),
    };
    for file in &mut bound {
        if file.name.ends_with(".wasm") {
            check(&file.bytes, "main module after wasm-bindgen")?;
            if !options.names {
                file.bytes = names::left_out(std::mem::take(&mut file.bytes));
            }
        }
    }
    Ok(bound)
}

/// The modules before wasm-bindgen has seen main.
#[derive(Clone, Debug)]
pub struct Emitted {
    /// Main, ready for wasm-bindgen.
    pub main: Vec<u8>,
    /// The chunks, finished.
    pub files: Vec<File>,
    /// The modules, main first.
    pub modules: Vec<Module>,
    /// The manifest that main embeds.
    pub manifest: wasm_cleave_contract::manifest::Manifest,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// The functions that the program itself exports.
    exported: Vec<String>,
}

impl Emitted {
    /// Whether main exports a function of this name.
    fn exports(&self, name: &str) -> bool {
        self.exported.iter().any(|exported| exported == name)
    }
}

/// The way of a program up to wasm-bindgen.
///
/// # Errors
/// When the bytes are not a linked module with relocations, or its splits cannot be followed.
pub fn emit(
    bytes: &[u8],
    options: &Options,
    progress: &mut dyn FnMut(Phase),
) -> Result<Emitted, Error> {
    progress(Phase::Read);
    let input = InputModule::read(bytes)?;
    progress(Phase::Graph);
    let graph = SymbolGraph::new(&input)?;
    progress(Phase::Partition);
    let partition = match options.split {
        true => Partition::new(&input, &graph, &options.limits),
        false => Partition::unsplit(&graph),
    };
    progress(Phase::Plan);
    let plan = LinkPlan::new(&input, &graph, &partition)?;
    progress(Phase::Emit);
    let build = manifest::build_id(bytes, options);
    let checker = Checker::new(bytes);
    let chunks = plan.modules[1..]
        .par_iter()
        .zip(&partition.chunks)
        .map(|(module, chunk)| {
            let label = manifest::label(&graph, &chunk.signature);
            let bytes = emit::chunk(&plan, module, &label, build, options.names)?;
            let name_of = |index| module.name_of(&input, index);
            checker.check(&format!("chunk `{label}`"), &bytes, name_of)?;
            Ok((label, bytes))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let manifest = manifest::new(options, build, &graph, &partition, &plan, &chunks);
    let main = emit::main(&plan, &manifest.encode())?;
    Ok(Emitted {
        main,
        modules: describe(options, &graph, &partition, &plan, &manifest),
        files: manifest::files(&manifest, chunks),
        warnings: warnings::of(&input, &graph, options),
        exported: input.exported_functions().map(str::to_string).collect(),
        manifest,
    })
}

fn describe(
    options: &Options,
    graph: &SymbolGraph,
    partition: &Partition,
    plan: &LinkPlan,
    manifest: &wasm_cleave_contract::manifest::Manifest,
) -> Vec<Module> {
    let name = |split: ids::Split| graph.splits[split.at()].name.clone();
    let describe = |module: &plan::ModulePlan| {
        let chunk = module.module.at().checked_sub(1);
        Module {
            file: match chunk {
                None => FileNames::new(&options.stem).main(),
                Some(chunk) => manifest.chunks[chunk].file.clone(),
            },
            kind: match chunk {
                None => ModuleKind::Main,
                Some(_) => ModuleKind::Chunk,
            },
            splits: match chunk {
                None => graph
                    .splits
                    .iter()
                    .map(|split| split.name.clone())
                    .collect(),
                Some(chunk) => partition.chunks[chunk]
                    .signature
                    .0
                    .iter()
                    .map(|&split| name(split))
                    .collect(),
            },
            functions: module.functions.len(),
            data: module
                .intervals
                .iter()
                .map(|&interval| plan.input.data.bytes_of(interval).1.len())
                .sum(),
        }
    };
    plan.modules.iter().map(describe).collect()
}
