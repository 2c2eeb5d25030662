//! Numbers the slots of the table: the linker's stay, functions that another chunk calls get new ones after them.

use crate::graph::Intrinsic;
use crate::graph::SplitError;
use crate::ids::{Func, ModuleId, Slot};
use crate::read::InputModule;

use super::{Contents, LinkPlan};

/// Our imports are replaced where they are called, so nothing else may be done with them.
pub(super) fn check_intrinsics(
    input: &InputModule,
    intrinsics: &[Option<Intrinsic>],
) -> Result<(), SplitError> {
    let is_ours = |func: Func| intrinsics.get(func.at()).is_some_and(Option::is_some);
    for (func, import) in input.function_imports() {
        let misused = |place: String| SplitError::NotCalled {
            import: format!("{} {}", import.module, import.name),
            place,
        };
        if is_ours(func) && input.slots.contains(&Some(func)) {
            return Err(misused("the function table".to_string()));
        }
        let exported = |export: &&crate::read::Export| {
            export.kind == wasmparser::ExternalKind::Func && export.index == func.0
        };
        if let Some(export) = input.exports.iter().find(exported)
            && is_ours(func)
        {
            return Err(misused(format!("the export `{}`", export.name)));
        }
    }
    Ok(())
}

/// Fills in what each slot holds, and which slot each function has.
pub(super) fn number(plan: &mut LinkPlan, modules: &[Contents]) {
    plan.slots = plan.input.slots.clone();
    let table = plan.input.table.map_or(0, |table| table.initial as usize);
    plan.slots.resize(table.max(plan.slots.len()), None);
    plan.slot_of = vec![None; plan.input.functions.len()];
    for (position, held) in plan.slots.iter_mut().enumerate() {
        let Some(func) = *held else { continue };
        if plan.locations[func.at()].module.is_none() {
            *held = None;
            continue;
        }
        plan.slot_of[func.at()].get_or_insert(Slot::from_position(position));
    }
    let mut wanted: Vec<Func> = modules
        .iter()
        .flat_map(|module| called_in_other_chunks(plan, module))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    for func in wanted {
        plan.slot_of[func.at()] = Some(Slot::from_position(plan.slots.len()));
        plan.slots.push(Some(func));
    }
}

/// Functions without a slot that a module calls in another chunk.
fn called_in_other_chunks(plan: &LinkPlan, module: &Contents) -> Vec<Func> {
    let mut called = Vec::new();
    for &caller in &module.functions {
        for reference in plan.input.references(caller) {
            if let Some(callee) = reference.callee()
                && !plan.input.is_import(callee)
                && plan.slot_of(callee).is_none()
                && plan
                    .module_of(callee)
                    .is_some_and(|other| other != module.module && other != ModuleId::Main)
            {
                called.push(callee);
            }
        }
    }
    called
}
