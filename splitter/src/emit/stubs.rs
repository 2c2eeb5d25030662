//! Writes trampolines and stubs after main's other functions.

use wasm_encoder::{CodeSection, Function, FunctionSection};

use crate::ids::Slot;
use crate::plan::{Gap, LinkPlan, Stubs};

/// Adds the functions, of which the first gets the given index, and returns what each slot of a chunk holds.
pub(super) fn write(
    plan: &LinkPlan,
    first: u32,
    declared: &mut FunctionSection,
    code: &mut CodeSection,
) -> Result<Vec<(Slot, u32)>, Gap> {
    let Some(stubs) = &plan.stubs else {
        return Ok(Vec::new());
    };
    let main = plan.main();
    for trampoline in &stubs.trampolines {
        declared.function(main.type_index(trampoline.ty)?);
        code.function(&trampoline_body(plan, stubs, trampoline.target)?);
    }
    let first_stub = first + stubs.trampolines.len() as u32;
    let mut held = Vec::with_capacity(stubs.stubs.len());
    for (position, stub) in stubs.stubs.iter().enumerate() {
        let target = stubs.trampolines[stub.trampoline].target;
        declared.function(main.type_index(target)?);
        let mut body = Function::new([]);
        let mut instructions = body.instructions();
        for parameter in 0..plan.types[target.at()].params().len() {
            instructions.local_get(parameter as u32);
        }
        instructions.i32_const(stub.slot.0 as i32);
        instructions.call(first + stub.trampoline as u32).end();
        code.function(&body);
        held.push((stub.slot, first_stub + position as u32));
    }
    Ok(held)
}

fn trampoline_body(
    plan: &LinkPlan,
    stubs: &Stubs,
    target: crate::ids::Type,
) -> Result<Function, Gap> {
    let slot = plan.types[target.at()].params().len() as u32;
    let mut body = Function::new([]);
    let mut instructions = body.instructions();
    instructions
        .local_get(slot)
        .call(plan.index_in_main(stubs.ensure)?);
    // The parameters, and the slot after them.
    for parameter in 0..=slot {
        instructions.local_get(parameter);
    }
    instructions
        .call_indirect(0, plan.main().type_index(target)?)
        .end();
    Ok(body)
}
