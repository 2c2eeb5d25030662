//! Rewrites a function's body: copied but for its references, which get new indices in their shortest form.

use super::segments::Segments;
use crate::graph::Intrinsic;
use crate::ids::Func;
use crate::plan::{Callee, Gap, LinkPlan, ModulePlan};
use crate::read::{Reference, ReferenceKind, write_signed, write_unsigned};

const CALL: u8 = 0x10;
const RETURN_CALL: u8 = 0x12;
const CALL_INDIRECT: u8 = 0x11;
const RETURN_CALL_INDIRECT: u8 = 0x13;
const I32_CONST: u8 = 0x41;

/// What calls of our imports are replaced by, as far as the input does not tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replacements<'a> {
    /// For each split its index in the manifest.
    pub(crate) handles: &'a [u32],
    /// Main's data segments.
    pub(crate) segments: Option<&'a Segments>,
}

impl<'a> Replacements<'a> {
    fn segments(&self) -> Result<&'a Segments, Gap> {
        let gap = || Gap::new("the data segments of a chunk");
        self.segments.ok_or_else(gap)
    }
}

/// The body of a function as a module has it, without its length.
pub(super) fn rewrite(
    plan: &LinkPlan,
    module: &ModulePlan,
    func: Func,
    replacements: Replacements,
) -> Result<Vec<u8>, Gap> {
    let body = plan.input.function(func).body;
    let mut out = Vec::with_capacity(body.len());
    let mut copied = 0;
    for reference in plan.input.references(func) {
        let extent = reference.extent(body).ok_or_else(outside)?;
        let kept = body.get(copied..extent.start).ok_or_else(outside)?;
        let opcode = (reference.offset as usize).checked_sub(1);
        let before = *opcode.and_then(|at| body.get(at)).ok_or_else(outside)?;
        out.extend_from_slice(kept);
        write_reference(&mut out, plan, module, reference, before, replacements)?;
        copied = extent.end;
    }
    out.extend_from_slice(body.get(copied..).ok_or_else(outside)?);
    Ok(out)
}

fn outside() -> Gap {
    Gap::new("what a reference outside of the body is")
}

fn write_reference(
    out: &mut Vec<u8>,
    plan: &LinkPlan,
    module: &ModulePlan,
    reference: &Reference,
    before: u8,
    replacements: Replacements,
) -> Result<(), Gap> {
    match reference.kind {
        ReferenceKind::Call(callee) => write_call(out, plan, module, callee, before, replacements)?,
        ReferenceKind::SlotConst(slot) => write_signed(out, slot.0 as i32),
        ReferenceKind::AddressConst(value, _) | ReferenceKind::ThreadOffset(value) => {
            write_signed(out, value)
        }
        ReferenceKind::AddressOffset(value, _) => write_unsigned(out, value),
        ReferenceKind::Type(ty) => {
            let index = module.type_index(ty)?;
            match before {
                CALL_INDIRECT | RETURN_CALL_INDIRECT => write_unsigned(out, index),
                _ => write_signed(out, index as i32),
            }
        }
        ReferenceKind::Global(global, _) => write_unsigned(out, module.global_index(global)?),
        ReferenceKind::Tag(tag) => write_unsigned(out, module.tag_index(tag)?),
        ReferenceKind::Table => write_unsigned(out, 0),
        ReferenceKind::Copy(copy) => replacements.segments()?.write_copies(out, copy.segment),
        ReferenceKind::Drop { .. } => replacements.segments()?.write_drop(out),
        ReferenceKind::Segment(segment) => {
            write_unsigned(out, replacements.segments()?.thread_local(segment)?);
        }
        ReferenceKind::SlotWord(_) | ReferenceKind::AddressWord(_) => {
            return Err(Gap::new("what a word of data means in code"));
        }
    }
    Ok(())
}

fn write_call(
    out: &mut Vec<u8>,
    plan: &LinkPlan,
    module: &ModulePlan,
    callee: Func,
    opcode: u8,
    replacements: Replacements,
) -> Result<(), Gap> {
    let indirect = match opcode {
        CALL => CALL_INDIRECT,
        RETURN_CALL => RETURN_CALL_INDIRECT,
        _ => return Err(Gap::new("how a function is called by another instruction")),
    };
    match plan.callee(module, callee)? {
        Callee::Direct(index) => {
            out.push(opcode);
            write_unsigned(out, index);
        }
        Callee::Slot(slot, ty) => {
            write_constant(out, slot.0);
            out.push(indirect);
            write_unsigned(out, module.type_index(ty)?);
            out.push(0);
        }
        Callee::Intrinsic(intrinsics) => {
            write_intrinsic(out, plan, module, intrinsics, indirect, replacements)?;
            // A tail call is a return as well, unless it stayed a call.
            if opcode == RETURN_CALL && *intrinsics != Intrinsic::Call {
                out.push(0x0f);
            }
        }
    }
    Ok(())
}

fn write_intrinsic(
    out: &mut Vec<u8>,
    plan: &LinkPlan,
    module: &ModulePlan,
    intrinsics: &Intrinsic,
    indirect: u8,
    replacements: Replacements,
) -> Result<(), Gap> {
    match intrinsics {
        Intrinsic::Marker(_) => {}
        Intrinsic::Handle(split) => {
            let index = split.and_then(|split| replacements.handles.get(split.at()));
            write_constant(out, index.copied().unwrap_or(u32::MAX));
        }
        Intrinsic::Call => {
            out.push(indirect);
            write_unsigned(out, module.type_index(plan.entry_type)?);
            out.push(0);
        }
        Intrinsic::ManifestLen => write_constant(out, replacements.segments()?.manifest_length),
        Intrinsic::ManifestCopy => replacements.segments()?.write_manifest_copy(out),
    }
    Ok(())
}

pub(super) fn write_constant(out: &mut Vec<u8>, value: u32) {
    out.push(I32_CONST);
    write_signed(out, value as i32);
}
