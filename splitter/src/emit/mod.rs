//! Writes modules as planned: mechanical, nothing is decided here. Chunks first, since main embeds their hashes.

mod body;
mod chunk;
mod data;
mod given;
mod main_module;
mod names;
mod segments;
mod stubs;

use rayon::prelude::*;
use wasm_cleave_contract::manifest::BuildId;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, FunctionSection, TypeSection,
};

use crate::error::Error;
use crate::ids::Slot;
use crate::plan::{Callee, LinkPlan, ModulePlan};

pub use body::Replacements;

/// Writes one chunk, with names or without.
///
/// # Errors
/// When the plan has a gap: a defect of this crate.
pub fn chunk(
    plan: &LinkPlan,
    module: &ModulePlan,
    label: &str,
    build: BuildId,
    names: bool,
) -> Result<Vec<u8>, Error> {
    let names = names.then_some(label);
    chunk::write(plan, module, names, build).ok_or_else(|| gap(&format!("chunk `{label}`")))
}

/// Writes main, which embeds the manifest; with names, which wasm-bindgen needs.
///
/// # Errors
/// When the plan has a gap: a defect of this crate.
pub fn main(plan: &LinkPlan, manifest: &[u8]) -> Result<Vec<u8>, Error> {
    main_module::write(plan, manifest).ok_or_else(|| gap("main module"))
}

fn gap(module: &str) -> Error {
    Error::Invalid {
        place: format!("the {module}"),
        reason: "the plan does not say how something is referred to".to_string(),
    }
}

/// The type section of a module.
fn types(plan: &LinkPlan, module: &ModulePlan) -> Option<TypeSection> {
    let mut section = TypeSection::new();
    for ty in &module.types {
        let ty = &plan.types[ty.at()];
        let value = |ty: &wasmparser::ValType| RoundtripReencoder.val_type(*ty).ok();
        let params: Option<Vec<_>> = ty.params().iter().map(value).collect();
        let results: Option<Vec<_>> = ty.results().iter().map(value).collect();
        section.ty().function(params?, results?);
    }
    Some(section)
}

/// The function section of what a module defines of the input.
fn functions(plan: &LinkPlan, module: &ModulePlan) -> Option<FunctionSection> {
    let mut section = FunctionSection::new();
    for func in &module.functions {
        section.function(module.type_index(plan.input.function(*func).ty)?);
    }
    Some(section)
}

/// The bodies of what a module defines of the input, in order.
fn bodies(plan: &LinkPlan, module: &ModulePlan, replacements: Replacements) -> Option<CodeSection> {
    /// Enough work for one task of the pool.
    const BATCH: usize = 64;
    let batches: Vec<Vec<Vec<u8>>> = module
        .functions
        .par_chunks(BATCH)
        .map(|batch| {
            batch
                .iter()
                .map(|&func| body::rewrite(plan, module, func, replacements))
                .collect::<Option<Vec<_>>>()
        })
        .collect::<Option<_>>()?;
    let mut section = CodeSection::new();
    for body in batches.iter().flatten() {
        section.raw(body);
    }
    Some(section)
}

/// Element segments that fill slots, given in ascending order: one for each run.
fn elements(slots: &[(Slot, u32)]) -> ElementSection {
    let mut section = ElementSection::new();
    let in_run = |pair: &(Slot, u32), next: &(Slot, u32)| pair.0.0 + 1 == next.0.0;
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
fn filled(plan: &LinkPlan, module: &ModulePlan) -> Option<Vec<(Slot, u32)>> {
    let index = |func| match plan.callee(module, func)? {
        Callee::Direct(index) => Some(index),
        _ => None,
    };
    module
        .slots
        .iter()
        .map(|&(slot, func)| Some((slot, index(func)?)))
        .collect()
}
