//! Writes modules as planned: mechanical, nothing is decided here. Chunks first, since main embeds their hashes.

mod body;
mod chunk;
mod data;
mod error;
mod given;
mod main_module;
mod names;
mod segments;
mod stubs;

use rayon::prelude::*;
use wasm_cleave_contract::manifest::BuildId;
use wasm_encoder::reencode::{self, Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, FunctionSection, TypeSection,
};

use crate::ids::Slot;
use crate::plan::{Gap, LinkPlan, ModulePlan};

pub(crate) use body::Replacements;
pub use error::ModuleError;

/// Writes one chunk, with names or without.
pub(crate) fn chunk(
    plan: &LinkPlan,
    module: &ModulePlan,
    label: &str,
    build: BuildId,
    names: bool,
) -> Result<Vec<u8>, ModuleError> {
    let names = names.then_some(label);
    let written = chunk::write(plan, module, names, build);
    written.map_err(|gap| defect(&format!("chunk `{label}`"), &gap))
}

/// Writes main, which embeds the manifest; with names, which wasm-bindgen needs.
pub(crate) fn main(plan: &LinkPlan, manifest: &[u8]) -> Result<Vec<u8>, ModuleError> {
    main_module::write(plan, manifest).map_err(|gap| defect("main module", &gap))
}

fn defect(module: &str, gap: &Gap) -> ModuleError {
    ModuleError::Invalid {
        place: format!("the {module}"),
        reason: gap.to_string(),
    }
}

/// Something that has no counterpart in what the encoder writes.
fn not_encodable(what: &str) -> Gap {
    Gap::new(format!("how to write {what}"))
}

/// What the encoder has made of something.
fn encoded<T>(result: Result<T, reencode::Error>) -> Result<T, Gap> {
    result.map_err(|error| not_encodable(&error.to_string()))
}

/// The type section of a module.
fn types(plan: &LinkPlan, module: &ModulePlan) -> Result<TypeSection, Gap> {
    let mut section = TypeSection::new();
    for ty in &module.types {
        let ty = &plan.types[ty.at()];
        let value = |ty: &wasmparser::ValType| RoundtripReencoder.val_type(*ty).ok();
        let gap = || not_encodable("a function's type");
        let params: Option<Vec<_>> = ty.params().iter().map(value).collect();
        let results: Option<Vec<_>> = ty.results().iter().map(value).collect();
        let (params, results) = params.zip(results).ok_or_else(gap)?;
        section.ty().function(params, results);
    }
    Ok(section)
}

/// The function section of what a module defines of the input.
fn functions(plan: &LinkPlan, module: &ModulePlan) -> Result<FunctionSection, Gap> {
    let mut section = FunctionSection::new();
    for func in &module.functions {
        section.function(module.type_index(plan.input.function(*func).ty)?);
    }
    Ok(section)
}

/// The bodies of what a module defines of the input, in order.
fn bodies(
    plan: &LinkPlan,
    module: &ModulePlan,
    replacements: Replacements,
) -> Result<CodeSection, Gap> {
    /// Enough work for one task of the pool.
    const BATCH: usize = 64;
    let batches: Vec<Vec<Vec<u8>>> = module
        .functions
        .par_chunks(BATCH)
        .map(|batch| {
            batch
                .iter()
                .map(|&func| {
                    let rewritten = body::rewrite(plan, module, func, replacements);
                    rewritten.map_err(|gap| gap.in_function(plan.input.name_of(func)))
                })
                .collect::<Result<Vec<_>, Gap>>()
        })
        .collect::<Result<_, Gap>>()?;
    let mut section = CodeSection::new();
    for body in batches.iter().flatten() {
        section.raw(body);
    }
    Ok(section)
}

/// Element segments that fill slots, given in ascending order: one for each run.
fn elements(slots: &[(Slot, u32)]) -> ElementSection {
    let mut section = ElementSection::new();
    let in_run = |pair: &(Slot, u32), next: &(Slot, u32)| pair.0.is_before(next.0);
    for run in slots.chunk_by(in_run) {
        let functions: Vec<u32> = run.iter().map(|(_, index)| *index).collect();
        section.active(
            None,
            &ConstExpr::i32_const(run[0].0.0 as i32),
            Elements::Functions(functions.into()),
        );
    }
    section
}

/// The slots that a module fills with functions of the input.
fn filled(plan: &LinkPlan, module: &ModulePlan) -> Result<Vec<(Slot, u32)>, Gap> {
    let slots = module.slots.iter();
    slots
        .map(|&(slot, func)| Ok((slot, plan.index_in(module, func)?)))
        .collect()
}
