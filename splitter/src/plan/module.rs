//! The plan of one module: what it defines, imports, and which slots it fills.

use wasm_cleave_contract as contract;
use wasmparser::ExternalKind;

use super::{Contents, Exports, Gap, LinkPlan, found};
use crate::graph::SplitError;
use crate::graph::{Intrinsic, SymbolGraph};
use crate::ids::{Func, Global, Interval, ModuleId, Slot, Tag, Type};
use crate::read::{Export, InputModule, ReferenceKind};

/// The plan of one module. Its function indices are: [`ModulePlan::imported`], then [`ModulePlan::functions`], then,
/// in main, the wrappers.
#[derive(Debug)]
pub(crate) struct ModulePlan {
    /// Which module.
    pub(crate) module: ModuleId,
    /// Functions that it defines; ascending.
    pub(crate) functions: Vec<Func>,
    /// Functions that it imports; ascending. Main: imports of the input. A chunk: functions that main exports.
    pub(crate) imported: Vec<Func>,
    /// Globals that a chunk imports; ascending.
    pub(crate) globals: Vec<Global>,
    /// Tags that a chunk imports; ascending.
    pub(crate) tags: Vec<Tag>,
    /// Types that it uses; ascending. The position is the type's index in the module.
    pub(crate) types: Vec<Type>,
    /// Slots that it fills; ascending.
    pub(crate) slots: Vec<(Slot, Func)>,
    /// Data that it carries; ascending.
    pub(crate) intervals: Vec<Interval>,
}

/// What the code of a module refers to.
#[derive(Debug)]
pub(super) struct Needs {
    module: ModuleId,
    functions: Vec<Func>,
    globals: Vec<Global>,
    tags: Vec<Tag>,
    types: Vec<Type>,
}

/// Collects what the code of a module refers to; functions only of main and of the host.
pub(super) fn needs(plan: &LinkPlan, contents: &Contents) -> Needs {
    let mut needs = Needs {
        module: contents.module,
        functions: Vec::new(),
        globals: Vec::new(),
        tags: Vec::new(),
        types: Vec::new(),
    };
    for &func in &contents.functions {
        needs.types.push(plan.input.function(func).ty);
        for reference in plan.input.references(func) {
            match reference.kind {
                ReferenceKind::Call(callee) | ReferenceKind::TailCall(callee) => {
                    needs.call(plan, callee)
                }
                ReferenceKind::Global(global, _) => needs.globals.push(global),
                ReferenceKind::Tag(tag) => {
                    needs.tags.push(tag);
                    needs.types.push(plan.input.tags[tag.at()]);
                }
                ReferenceKind::Type(ty) | ReferenceKind::BlockType(ty) => needs.types.push(ty),
                _ => {}
            }
        }
    }
    unique(&mut needs.functions);
    unique(&mut needs.globals);
    unique(&mut needs.tags);
    needs
}

impl Needs {
    fn call(&mut self, plan: &LinkPlan, callee: Func) {
        match plan.intrinsics.get(callee.at()) {
            Some(Some(Intrinsic::Call)) => return self.types.push(plan.entry_type),
            Some(Some(_)) => return,
            _ => {}
        }
        match plan.module_of(callee) {
            Some(module) if module == self.module && module != ModuleId::Main => {}
            Some(ModuleId::Main) => self.functions.push(callee),
            _ => self.types.push(plan.input.function(callee).ty),
        }
    }
}

/// Two exports of main have names that chunks and the loader know.
pub(super) fn check_exports(input: &InputModule) -> Result<(), SplitError> {
    let known = [
        (contract::EXPORT_MEMORY, ExternalKind::Memory),
        (contract::EXPORT_TABLE, ExternalKind::Table),
    ];
    let is_taken = |export: &&Export| {
        let mut known = known.iter();
        known.any(|(name, kind)| export.name == *name && export.kind != *kind)
    };
    match input.exports.iter().find(is_taken) {
        Some(export) => Err(SplitError::ExportTaken {
            name: export.name.to_string(),
        }),
        None => Ok(()),
    }
}

/// The usual prefix, repeated until no export of the program begins so.
fn free_prefix(input: &InputModule) -> String {
    let mut prefix = contract::EXPORT_PREFIX.to_string();
    let is_taken = |prefix: &str| {
        let mut exports = input.exports.iter();
        exports
            .any(|export| export.name != contract::EXPORT_TABLE && export.name.starts_with(prefix))
    };
    while is_taken(&prefix) {
        prefix += contract::EXPORT_PREFIX;
    }
    prefix
}

/// What main has to export for the chunks.
pub(super) fn exports(plan: &LinkPlan, graph: &SymbolGraph, needs: &[Needs]) -> Exports {
    let mut exports = Exports {
        prefix: free_prefix(plan.input),
        ..Exports::default()
    };
    let is_chunk = |needs: &&Needs| needs.module != ModuleId::Main;
    for chunk in needs.iter().filter(is_chunk) {
        exports.functions.extend(&chunk.functions);
        exports.globals.extend(&chunk.globals);
        exports.tags.extend(&chunk.tags);
    }
    unique(&mut exports.functions);
    unique(&mut exports.globals);
    unique(&mut exports.tags);
    // wasm-bindgen replaces imports and the functions that it interprets where they are called, not where they are
    // exported.
    let replaced = |func: &Func| plan.input.is_import(*func) || graph.is_interpreted(*func);
    exports.wrapped = exports.functions.iter().copied().filter(replaced).collect();
    exports
}

impl ModulePlan {
    pub(super) fn new(plan: &LinkPlan, contents: Contents, needs: Needs) -> Self {
        let Contents {
            module,
            functions,
            intervals,
        } = contents;
        let mut planned = ModulePlan {
            module,
            imported: needs.functions,
            globals: needs.globals,
            tags: needs.tags,
            types: needs.types,
            slots: Vec::new(),
            functions,
            intervals,
        };
        if module == ModuleId::Main {
            planned.imported = plan
                .input
                .function_imports()
                .map(|(func, _)| func)
                .filter(|func| plan.intrinsics[func.at()].is_none())
                .collect();
            planned.globals.clear();
            planned.tags.clear();
            planned.types.extend(plan.input.tags.iter());
            planned.types.extend(
                plan.exports
                    .wrapped
                    .iter()
                    .map(|func| plan.input.function(*func).ty),
            );
            for trampoline in plan.stubs.iter().flat_map(|stubs| &stubs.trampolines) {
                planned.types.extend([trampoline.target, trampoline.ty]);
            }
        } else {
            planned.types.push(plan.void_type);
        }
        planned.types.extend(
            planned
                .imported
                .iter()
                .map(|func| plan.input.function(*func).ty),
        );
        unique(&mut planned.types);
        planned.slots = plan
            .slots
            .iter()
            .enumerate()
            .filter_map(|(position, held)| Some((Slot::from_position(position), (*held)?)))
            .filter(|(_, func)| plan.module_of(*func) == Some(module))
            .collect();
        planned
    }

    /// What the function of an index is called in the input, for messages; `None` of one that the splitter has added.
    pub(crate) fn name_of(&self, input: &InputModule, index: u32) -> Option<String> {
        let mut functions = self.imported.iter().chain(&self.functions);
        functions
            .nth(index as usize)
            .map(|&func| input.name_of(func))
    }

    /// The index of a type in the module.
    pub(crate) fn type_index(&self, ty: Type) -> Result<u32, Gap> {
        Ok(found(&self.types, ty, "the index of type")? as u32)
    }

    /// The index of a global in the module.
    pub(crate) fn global_index(&self, global: Global) -> Result<u32, Gap> {
        match self.module {
            ModuleId::Main => Ok(global.0),
            _ => Ok(found(&self.globals, global, "the import of global")? as u32),
        }
    }

    /// The index of a tag in the module.
    pub(crate) fn tag_index(&self, tag: Tag) -> Result<u32, Gap> {
        match self.module {
            ModuleId::Main => Ok(tag.0),
            _ => Ok(found(&self.tags, tag, "the import of tag")? as u32),
        }
    }
}

fn unique<T: Ord>(items: &mut Vec<T>) {
    items.sort_unstable();
    items.dedup();
}
