//! Writes a chunk: everything it needs from outside comes from main's export object; no start function, no active data.

use std::borrow::Cow;

use wasm_cleave_contract as contract;
use wasm_cleave_contract::manifest::BuildId;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CustomSection, DataCountSection, DataSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, ImportSection, MemoryType, Module, RefType, TableType, TagKind, TagType,
};

use super::data::Piece;
use super::{Replacements, bodies, data, elements, encoded, filled, functions, names, types};
use crate::plan::{Gap, LinkPlan, ModulePlan};

/// The bytes of a chunk, with the names of its functions if it is given its own.
pub(super) fn write(
    plan: &LinkPlan,
    module: &ModulePlan,
    label: Option<&str>,
    build: BuildId,
) -> Result<Vec<u8>, Gap> {
    let pieces = data::of_chunk(&plan.input.data, &module.intervals);
    let replacements = Replacements {
        handles: &plan.handles,
        segments: None,
    };
    let mut code = bodies(plan, module, replacements)?;
    let mut declared: FunctionSection = functions(plan, module)?;
    let mut exports = ExportSection::new();
    if !pieces.is_empty() {
        declared.function(module.type_index(plan.void_type)?);
        code.function(&init(&pieces));
        let index = module.imported.len() + module.functions.len();
        exports.export(contract::CHUNK_INIT, ExportKind::Func, index as u32);
    }
    let mut out = Module::new();
    out.section(&types(plan, module)?);
    out.section(&imports(plan, module)?);
    out.section(&declared);
    out.section(&exports);
    out.section(&elements(&filled(plan, module)?));
    if !pieces.is_empty() {
        out.section(&DataCountSection { count: 1 });
    }
    out.section(&code);
    if !pieces.is_empty() {
        let mut section = DataSection::new();
        let bytes: Vec<u8> = pieces
            .iter()
            .flat_map(|piece| piece.bytes)
            .copied()
            .collect();
        section.passive(bytes);
        out.section(&section);
    }
    if let Some(names) = label.and_then(|label| names::of_chunk(plan, module, label)) {
        out.section(&names);
    }
    out.section(&CustomSection {
        name: contract::BUILD_SECTION.into(),
        data: Cow::Borrowed(&build.0),
    });
    Ok(out.finish())
}

/// The function that writes the chunk's data: all pieces lie in one passive segment, one after the other.
fn init(pieces: &[Piece]) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    let mut offset = 0;
    for piece in pieces {
        let length = piece.bytes.len() as i32;
        code.i32_const(piece.address as i32)
            .i32_const(offset)
            .i32_const(length)
            .memory_init(0, 0);
        offset += length;
    }
    code.data_drop(0).end();
    function
}

fn imports(plan: &LinkPlan, module: &ModulePlan) -> Result<ImportSection, Gap> {
    let mut section = ImportSection::new();
    let mut import = |name: &str, ty: EntityType| {
        section.import(contract::MAIN_NAMESPACE, name, ty);
    };
    for func in &module.imported {
        let ty = module.type_index(plan.input.function(*func).ty)?;
        import(
            &plan.exports.function_name(*func)?,
            EntityType::Function(ty),
        );
    }
    if let Some(memory) = plan.input.memory() {
        import(
            contract::EXPORT_MEMORY,
            EntityType::Memory(MemoryType {
                minimum: 0,
                maximum: memory.maximum.filter(|_| memory.shared),
                memory64: false,
                shared: memory.shared,
                page_size_log2: None,
            }),
        );
    }
    if plan.input.table.is_some() {
        let ty = TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: plan.slots.len() as u64,
            maximum: None,
            shared: false,
        };
        import(contract::EXPORT_TABLE, EntityType::Table(ty));
    }
    for global in &module.globals {
        let ty = plan.input.globals[global.at()].ty;
        let ty = encoded(RoundtripReencoder.global_type(ty))?;
        import(&plan.exports.global_name(*global)?, EntityType::Global(ty));
    }
    for tag in &module.tags {
        let ty = TagType {
            kind: TagKind::Exception,
            func_type_idx: module.type_index(plan.input.tags[tag.at()])?,
        };
        import(&plan.exports.tag_name(*tag)?, EntityType::Tag(ty));
    }
    Ok(section)
}
