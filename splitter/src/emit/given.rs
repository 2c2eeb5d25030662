//! Writes how a new thread finds its stack: the two globals, and the allocator that takes what they hold.

use wasm_cleave_contract as contract;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ValType,
};

use crate::plan::{Gap, Given, LinkPlan};

/// The indices of the globals that say where the stack and the thread-local data are: after the input's.
fn globals_of(plan: &LinkPlan) -> [u32; 2] {
    let first = plan.input.globals.len() as u32;
    [first, first + 1]
}

/// Adds the globals, after the input's.
pub(super) fn globals(plan: &LinkPlan, globals: &mut GlobalSection) {
    if plan.given.is_none() {
        return;
    }
    for _ in globals_of(plan) {
        let ty = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        globals.global(ty, &ConstExpr::i32_const(0));
    }
}

/// Adds the allocator after main's other functions.
pub(super) fn write(
    plan: &LinkPlan,
    given: Given,
    declared: &mut FunctionSection,
    code: &mut CodeSection,
) -> Result<(), Gap> {
    let main = plan.main();
    declared.function(main.type_index(plan.input.function(given.malloc).ty)?);
    let mut body = Function::new([]);
    let mut instructions = body.instructions();
    for global in globals_of(plan) {
        instructions.global_get(global).if_(BlockType::Empty);
        instructions.global_get(global).i32_const(0);
        instructions.global_set(global).return_().end();
    }
    instructions.local_get(0).local_get(1);
    instructions.call(plan.index_in_main(given.malloc)?).end();
    code.function(&body);
    Ok(())
}

/// Exports the globals, and what the starter of a thread has to know of its thread-local data.
pub(super) fn exports(plan: &LinkPlan, given: Given, section: &mut ExportSection) {
    let [stack, tls] = globals_of(plan);
    for (name, global) in [
        (contract::GIVEN_STACK, stack),
        (contract::GIVEN_TLS, tls),
        (contract::TLS_SIZE, given.tls_size),
        (contract::TLS_ALIGN, given.tls_align),
    ] {
        section.export(name, ExportKind::Global, global);
    }
}
