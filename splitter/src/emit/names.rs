//! The name sections: the names follow the functions.

use wasm_encoder::{NameMap, NameSection};

use crate::ids::Func;
use crate::plan::{LinkPlan, ModulePlan};

/// The names of main's functions; `None` where the input has none. wasm-bindgen demangles them.
pub(super) fn of_main(plan: &LinkPlan) -> Option<NameSection> {
    let mut section = NameSection::new();
    let names = functions(plan, plan.main(), &plan.exports.wrapped, str::to_string)?;
    section.functions(&names);
    let mut globals = NameMap::new();
    for (index, name) in &plan.input.names.globals {
        globals.append(*index, name);
    }
    section.globals(&globals);
    Some(section)
}

/// The names of a chunk's functions, demangled; `None` where the input has none. The label is shown in stacks.
pub(super) fn of_chunk(plan: &LinkPlan, module: &ModulePlan, label: &str) -> Option<NameSection> {
    let mut section = NameSection::new();
    section.module(label);
    section.functions(&functions(plan, module, &[], |name| {
        format!("{:#}", rustc_demangle::demangle(name))
    })?);
    Some(section)
}

fn functions(
    plan: &LinkPlan,
    module: &ModulePlan,
    wrapped: &[Func],
    readable: impl Fn(&str) -> String,
) -> Option<NameMap> {
    let names = &plan.input.names.functions;
    if names.is_empty() {
        return None;
    }
    let mut map = NameMap::new();
    let own = module.imported.iter().chain(&module.functions);
    for (index, func) in own.enumerate() {
        if let Some(name) = names[func.at()] {
            map.append(index as u32, &readable(name));
        }
    }
    let first_wrapper = module.imported.len() + module.functions.len();
    for (position, func) in wrapped.iter().enumerate() {
        if let Some(name) = names[func.at()] {
            map.append(
                (first_wrapper + position) as u32,
                &format!("{name} (for chunks)"),
            );
        }
    }
    Some(map)
}
