//! Rewrites a function's body: copied but for its sites, which get new indices in their shortest form.

use super::segments::Segments;
use crate::graph::Magic;
use crate::ids::Func;
use crate::plan::{Callee, LinkPlan, ModulePlan};
use crate::read::{Site, SiteKind, write_signed, write_unsigned};

const CALL: u8 = 0x10;
const RETURN_CALL: u8 = 0x12;
const CALL_INDIRECT: u8 = 0x11;
const RETURN_CALL_INDIRECT: u8 = 0x13;
const I32_CONST: u8 = 0x41;

/// What calls of our imports are replaced by, as far as the input does not tell.
#[derive(Clone, Copy, Debug)]
pub struct Replacements<'a> {
    /// For each split its index in the manifest.
    pub handles: &'a [u32],
    /// Main's data segments.
    pub segments: Option<&'a Segments>,
}

/// The body of a function as a module has it, without its length.
pub(super) fn rewrite(
    plan: &LinkPlan,
    module: &ModulePlan,
    func: Func,
    replacements: Replacements,
) -> Option<Vec<u8>> {
    let body = plan.input.function(func).body;
    let mut out = Vec::with_capacity(body.len());
    let mut copied = 0;
    for site in plan.input.sites(func) {
        let extent = site.extent(body)?;
        out.extend_from_slice(body.get(copied..extent.start)?);
        let before = *body.get((site.offset as usize).checked_sub(1)?)?;
        write_site(&mut out, plan, module, site, before, replacements)?;
        copied = extent.end;
    }
    out.extend_from_slice(body.get(copied..)?);
    Some(out)
}

fn write_site(
    out: &mut Vec<u8>,
    plan: &LinkPlan,
    module: &ModulePlan,
    site: &Site,
    before: u8,
    replacements: Replacements,
) -> Option<()> {
    match site.kind {
        SiteKind::Call(callee) => write_call(out, plan, module, callee, before, replacements)?,
        SiteKind::SlotConst(slot) => write_signed(out, slot.0 as i32),
        SiteKind::AddressConst(value, _) | SiteKind::ThreadOffset(value) => {
            write_signed(out, value)
        }
        SiteKind::AddressOffset(value, _) => write_unsigned(out, value),
        SiteKind::Type(ty) => {
            let index = module.type_index(ty)?;
            match before {
                CALL_INDIRECT | RETURN_CALL_INDIRECT => write_unsigned(out, index),
                _ => write_signed(out, index as i32),
            }
        }
        SiteKind::Global(global, _) => write_unsigned(out, module.global_index(global)?),
        SiteKind::Tag(tag) => write_unsigned(out, module.tag_index(tag)?),
        SiteKind::Table => write_unsigned(out, 0),
        SiteKind::Copy(copy) => replacements.segments?.write_copies(out, copy.segment),
        SiteKind::Drop { .. } => replacements.segments?.write_drop(out),
        SiteKind::Segment(segment) => {
            write_unsigned(out, replacements.segments?.thread_local(segment)?);
        }
        SiteKind::SlotWord(_) | SiteKind::AddressWord(_) => return None,
    }
    Some(())
}

fn write_call(
    out: &mut Vec<u8>,
    plan: &LinkPlan,
    module: &ModulePlan,
    callee: Func,
    opcode: u8,
    replacements: Replacements,
) -> Option<()> {
    let indirect = match opcode {
        CALL => CALL_INDIRECT,
        RETURN_CALL => RETURN_CALL_INDIRECT,
        _ => return None,
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
        Callee::Magic(magic) => {
            write_magic(out, plan, module, magic, indirect, replacements)?;
            // A tail call is a return as well, unless it stayed a call.
            if opcode == RETURN_CALL && *magic != Magic::Call {
                out.push(0x0f);
            }
        }
    }
    Some(())
}

fn write_magic(
    out: &mut Vec<u8>,
    plan: &LinkPlan,
    module: &ModulePlan,
    magic: &Magic,
    indirect: u8,
    replacements: Replacements,
) -> Option<()> {
    match magic {
        Magic::Marker(_) => {}
        Magic::Handle(split) => {
            let index = split.and_then(|split| replacements.handles.get(split.at()));
            write_constant(out, index.copied().unwrap_or(u32::MAX));
        }
        Magic::Call => {
            out.push(indirect);
            write_unsigned(out, module.type_index(plan.entry_type)?);
            out.push(0);
        }
        Magic::ManifestLen => write_constant(out, replacements.segments?.manifest_length),
        Magic::ManifestCopy => replacements.segments?.write_manifest_copy(out),
    }
    Some(())
}

pub(super) fn write_constant(out: &mut Vec<u8>, value: u32) {
    out.push(I32_CONST);
    write_signed(out, value as i32);
}
