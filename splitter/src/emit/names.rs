//! The name sections: the names follow the functions.

use wasm_encoder::{NameMap, NameSection};

use crate::ids::Func;
use crate::plan::{LinkPlan, ModulePlan};

/// The names of a module's functions; `None` where the input has none. `module_name` is shown in stacks.
pub(super) fn section(
    plan: &LinkPlan,
    module: &ModulePlan,
    wrapped: &[Func],
    module_name: Option<&str>,
) -> Option<NameSection> {
    let names = &plan.input.names.functions;
    if names.is_empty() {
        return None;
    }
    let mut section = NameSection::new();
    if let Some(name) = module_name {
        section.module(name);
    }
    let mut functions = NameMap::new();
    let defined = module.imported.iter().chain(&module.functions);
    for (index, func) in defined.enumerate() {
        if let Some(name) = names[func.at()] {
            functions.append(index as u32, name);
        }
    }
    let first_wrapper = module.imported.len() + module.functions.len();
    for (position, func) in wrapped.iter().enumerate() {
        if let Some(name) = names[func.at()] {
            functions.append(
                (first_wrapper + position) as u32,
                &format!("{name} (for chunks)"),
            );
        }
    }
    section.functions(&functions);
    Some(section)
}
