//! Writes main: what the input has, less what went to chunks, plus what chunks need of it.

use wasm_cleave_contract as contract;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, CustomSection, DataCountSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, ImportSection, MemorySection, Module, StartSection,
    TableSection, TagKind, TagSection, TagType,
};
use wasmparser::ExternalKind;

use super::segments::Segments;
use super::{
    Replacements, bodies, elements, encoded, filled, functions, given, names, not_encodable, stubs,
    types,
};
use crate::conventions;
use crate::ids::{Func, Global, Tag};
use crate::plan::{Gap, LinkPlan, ModulePlan};

/// The bytes of main.
pub(super) fn write(plan: &LinkPlan, manifest: &[u8]) -> Result<Vec<u8>, Gap> {
    let module = plan.main();
    let input = plan.input;
    let segments = Segments::new(plan, manifest);
    let replacements = Replacements {
        handles: &plan.handles,
        segments: Some(&segments),
    };
    let mut declared = functions(plan, module)?;
    let mut code = bodies(plan, module, replacements)?;
    for func in &plan.exports.wrapped {
        wrapper(plan, *func, &mut declared, &mut code)?;
    }
    let first_stub = module.imported.len() as u32 + declared.len();
    let mut slots = filled(plan, module)?;
    slots.extend(stubs::write(plan, first_stub, &mut declared, &mut code)?);
    slots.sort_unstable();
    let allocator = module.imported.len() as u32 + declared.len();
    if let Some(given) = plan.given {
        given::write(plan, given, &mut declared, &mut code)?;
    }
    let mut out = Module::new();
    out.section(&types(plan, module)?);
    out.section(&imports(plan, module)?);
    out.section(&declared);
    sections_before_exports(plan, &mut out)?;
    out.section(&exports(plan, allocator)?);
    if let Some(start) = input.start {
        out.section(&StartSection {
            function_index: plan.index_in_main(start)?,
        });
    }
    out.section(&elements(&slots));
    out.section(&DataCountSection {
        count: segments.count,
    });
    out.section(&code);
    out.section(&segments.section);
    for custom in &input.customs {
        out.section(&CustomSection {
            name: custom.name.into(),
            data: custom.bytes.into(),
        });
    }
    if let Some(names) = names::of_main(plan) {
        out.section(&names);
    }
    Ok(out.finish())
}

fn imports(plan: &LinkPlan, module: &ModulePlan) -> Result<ImportSection, Gap> {
    let mut section = ImportSection::new();
    let mut functions = 0;
    for import in &plan.input.imports {
        let ty = match import.ty {
            wasmparser::TypeRef::Func(_) => {
                let func = Func(functions);
                functions += 1;
                if plan.intrinsics[func.at()].is_some() {
                    continue;
                }
                EntityType::Function(module.type_index(plan.input.function(func).ty)?)
            }
            wasmparser::TypeRef::Tag(tag) => {
                tag_type(module, crate::ids::Type(tag.func_type_idx))?.into()
            }
            other => encoded(RoundtripReencoder.entity_type(other))?,
        };
        section.import(import.module, import.name, ty);
    }
    Ok(section)
}

fn tag_type(module: &ModulePlan, ty: crate::ids::Type) -> Result<TagType, Gap> {
    Ok(TagType {
        kind: TagKind::Exception,
        func_type_idx: module.type_index(ty)?,
    })
}

/// Table, memories, tags, globals.
fn sections_before_exports(plan: &LinkPlan, out: &mut Module) -> Result<(), Gap> {
    let input = plan.input;
    if let Some(table) = input.table {
        let mut ty = encoded(RoundtripReencoder.table_type(table))?;
        ty.minimum = plan.slots.len() as u64;
        ty.maximum = ty.maximum.map(|maximum| maximum.max(ty.minimum));
        let mut section = TableSection::new();
        section.table(ty);
        out.section(&section);
    }
    let mut memories = MemorySection::new();
    for memory in &input.memories {
        memories.memory(encoded(RoundtripReencoder.memory_type(*memory))?);
    }
    out.section(&memories);
    if input.tags.len() > input.imported_tags {
        let mut tags = TagSection::new();
        for ty in &input.tags[input.imported_tags..] {
            tags.tag(tag_type(plan.main(), *ty)?);
        }
        out.section(&tags);
    }
    let mut globals = GlobalSection::new();
    for global in &input.globals {
        if let Some(init) = &global.init {
            let ty = encoded(RoundtripReencoder.global_type(global.ty))?;
            globals.global(ty, &encoded(RoundtripReencoder.const_expr(init.clone()))?);
        }
    }
    given::globals(plan, &mut globals);
    out.section(&globals);
    Ok(())
}

/// `allocator` is the index of the function that wasm-bindgen takes for the program's allocator, if that is another.
fn exports(plan: &LinkPlan, allocator: u32) -> Result<ExportSection, Gap> {
    let mut section = ExportSection::new();
    for export in &plan.input.exports {
        // The stubs call it; nobody else has to find it.
        if export.name == contract::ENSURE {
            continue;
        }
        let (kind, index) = match export.kind {
            ExternalKind::Func
                if plan.given.is_some() && export.name == conventions::BINDGEN_MALLOC =>
            {
                (ExportKind::Func, allocator)
            }
            ExternalKind::Func => (ExportKind::Func, plan.index_in_main(Func(export.index))?),
            ExternalKind::Table => (ExportKind::Table, export.index),
            ExternalKind::Memory => (ExportKind::Memory, export.index),
            ExternalKind::Global => (ExportKind::Global, export.index),
            ExternalKind::Tag => (ExportKind::Tag, export.index),
            _ => return Err(not_encodable("an export")),
        };
        section.export(export.name, kind, index);
    }
    if let Some(given) = plan.given {
        given::exports(plan, given, &mut section);
    }
    if plan.chunks().is_empty() {
        return Ok(section);
    }
    let has = |name| plan.input.exports.iter().any(|export| export.name == name);
    if plan.input.memory().is_some() && !has(contract::EXPORT_MEMORY) {
        section.export(contract::EXPORT_MEMORY, ExportKind::Memory, 0);
    }
    if plan.input.table.is_some() && !has(contract::EXPORT_TABLE) {
        section.export(contract::EXPORT_TABLE, ExportKind::Table, 0);
    }
    let first_wrapper = plan.main().imported.len() + plan.main().functions.len();
    for func in &plan.exports.functions {
        let index = match plan.exports.wrapped.binary_search(func) {
            Ok(position) => (first_wrapper + position) as u32,
            Err(_) => plan.index_in_main(*func)?,
        };
        section.export(&plan.exports.function_name(*func)?, ExportKind::Func, index);
    }
    for Global(index) in &plan.exports.globals {
        section.export(
            &plan.exports.global_name(Global(*index))?,
            ExportKind::Global,
            *index,
        );
    }
    for Tag(index) in &plan.exports.tags {
        section.export(
            &plan.exports.tag_name(Tag(*index))?,
            ExportKind::Tag,
            *index,
        );
    }
    Ok(section)
}

/// A function that calls another with its own arguments.
fn wrapper(
    plan: &LinkPlan,
    func: Func,
    declared: &mut FunctionSection,
    code: &mut CodeSection,
) -> Result<(), Gap> {
    let ty = plan.input.function(func).ty;
    declared.function(plan.main().type_index(ty)?);
    let mut body = Function::new([]);
    let mut instructions = body.instructions();
    for parameter in 0..plan.types[ty.at()].params().len() {
        instructions.local_get(parameter as u32);
    }
    instructions.call(plan.index_in_main(func)?).end();
    code.function(&body);
    Ok(())
}
