//! Stubs: where threads share the memory, what main's table holds in the slots of chunks.
//!
//! A function pointer that one thread made in a chunk may be called on another, which has not instantiated the chunk.
//! Every slot of every table therefore holds a function of the right type, at first a stub:
//!
//! ```text
//!   stub of slot 17        local.get 0 … n, i32.const 17, call the trampoline of its type
//!   trampoline of a type   ensure(slot); local.get 0 … n, local.get slot, call_indirect
//! ```
//!
//! `ensure` instantiates the chunk on this thread, which puts the chunk's function into the slot; from then on the stub
//! is out of the way.

use wasm_cleave_contract as contract;
use wasmparser::{ExternalKind, FuncType, ValType};

use super::{LinkPlan, find_or_add};
use crate::graph::SplitError;
use crate::ids::{Func, ModuleId, Slot, Type};

/// The stubs of main.
#[derive(Debug)]
pub(crate) struct Stubs {
    /// The loader's function that makes a slot callable.
    pub(crate) ensure: Func,
    /// One for each type of a chunk's function that has a slot; ascending by that type.
    pub(crate) trampolines: Vec<Trampoline>,
    /// One for each slot of a chunk; ascending.
    pub(crate) stubs: Vec<Stub>,
}

/// What the stubs of one type share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trampoline {
    /// The type of the functions that it calls.
    pub(crate) target: Type,
    /// Its own type: the same with the slot after the parameters.
    pub(crate) ty: Type,
}

/// What stands in a slot until the chunk is instantiated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stub {
    /// The slot.
    pub(crate) slot: Slot,
    /// Position of its trampoline.
    pub(crate) trampoline: usize,
}

/// Plans the stubs; none where memory is not shared or there is no chunk.
pub(super) fn new(plan: &mut LinkPlan) -> Result<Option<Stubs>, SplitError> {
    let has_chunk = |func: &Func| matches!(plan.module_of(*func), Some(ModuleId::Chunk(_)));
    let held: Vec<(Slot, Type)> = plan
        .slots
        .iter()
        .enumerate()
        .filter_map(|(slot, func)| {
            let func = func.filter(has_chunk)?;
            Some((Slot::from_position(slot), plan.input.function(func).ty))
        })
        .collect();
    if !plan.input.is_shared() || held.is_empty() {
        return Ok(None);
    }
    let mut exports = plan.input.exports.iter();
    let ensure = exports
        .find(|export| export.kind == ExternalKind::Func && export.name == contract::ENSURE)
        .ok_or(SplitError::NoEnsure)?;

    let mut targets: Vec<Type> = held.iter().map(|(_, ty)| *ty).collect();
    targets.sort_unstable();
    targets.dedup();
    let trampolines: Vec<Trampoline> = targets
        .iter()
        .map(|&target| {
            let of = &plan.types[target.at()];
            let params = of.params().iter().copied().chain([ValType::I32]);
            let ty = FuncType::new(params, of.results().iter().copied());
            Trampoline {
                target,
                ty: find_or_add(&mut plan.types, ty),
            }
        })
        .collect();
    let stubs = held
        .into_iter()
        .filter_map(|(slot, ty)| {
            let trampoline = targets.binary_search(&ty).ok()?;
            Some(Stub { slot, trampoline })
        })
        .collect();
    Ok(Some(Stubs {
        ensure: Func(ensure.index),
        trampolines,
        stubs,
    }))
}
