//! Splits a linked wasm-bindgen program into a main module and chunks.
//!
//! [`split`] is the whole way of a program; it reads and writes no files. [`publish`] writes the result.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod bindgen;
mod conventions;
mod describe;
mod emit;
mod error;
mod file_names;
mod graph;
mod ids;
mod manifest;
mod names;
mod output;
mod partition;
mod plan;
mod program;
mod read;
mod scripts;
mod similar;
#[cfg(test)]
mod sketch;
mod validate;
mod warnings;

use rayon::prelude::*;

use graph::SymbolGraph;
use partition::Partition;
use plan::LinkPlan;
use read::InputModule;
use validate::Checker;

pub use bindgen::{BindgenError, THREAD as BINDGEN_THREAD, WantedVersion, bind as bindgen};
pub use emit::ModuleError;
pub use error::Error;
pub use file_names::FileNames;
pub use graph::SplitError;
pub use output::{OutputError, manifest_json, publish};
pub use partition::Limits;
pub use program::{Emitted, File, Module, ModuleKind, Options, Phase, Program, Target};
pub use read::ReadError;
pub use similar::most_similar;
pub use wasm_cleave_contract::manifest::Manifest;

/// Splits a linked module (`--emit-relocs`), runs wasm-bindgen on main and returns all files.
///
/// `progress` is called with each phase as it begins, on the calling thread.
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
    let mut bound = match bindgen(main, &options.stem, options.target) {
        Ok(files) => files,
        // Perhaps we wrote what it stumbles over.
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
    let chunks = plan
        .chunks()
        .par_iter()
        .zip(&partition.chunks)
        .map(|(module, chunk)| {
            let label = manifest::label(&graph, &chunk.splits);
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
        modules: describe::describe(options, &graph, &partition, &plan, &manifest),
        files: manifest::files(&manifest, chunks),
        warnings: warnings::of(&input, &graph, options),
        manifest,
    })
}
