//! Rewrites a function's body: copied but for its references, which get new indices in their shortest form.

use wasm_encoder::{Encode, InstructionSink};

use super::segments::Segments;
use crate::graph::Intrinsic;
use crate::ids::Func;
use crate::plan::{Callee, Gap, LinkPlan, ModulePlan};
use crate::read::ReferenceKind;

/// What calls of our imports are replaced by, as far as the input does not say.
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
    let writer = Writer {
        plan,
        module,
        replacements,
    };
    let body = plan.input.function(func).body;
    let mut out = Vec::with_capacity(body.len());
    let mut copied = 0;
    for reference in plan.input.references(func) {
        let extent = reference.extent(body).ok_or_else(outside)?;
        out.extend_from_slice(body.get(copied..extent.start).ok_or_else(outside)?);
        writer.reference(reference.kind, &mut out)?;
        copied = extent.end;
    }
    out.extend_from_slice(body.get(copied..).ok_or_else(outside)?);
    Ok(out)
}

fn outside() -> Gap {
    Gap::new("what a reference outside of the body is")
}

/// Whether a call returns from its caller too (`return_call`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum IsTail {
    No,
    Yes,
}

/// Writes what stands in a module in place of references.
struct Writer<'a> {
    plan: &'a LinkPlan<'a>,
    module: &'a ModulePlan,
    replacements: Replacements<'a>,
}

impl Writer<'_> {
    fn reference(&self, kind: ReferenceKind, out: &mut Vec<u8>) -> Result<(), Gap> {
        let module = self.module;
        let mut code = InstructionSink::new(out);
        match kind {
            ReferenceKind::Call(callee) => self.call(callee, IsTail::No, &mut code)?,
            ReferenceKind::TailCall(callee) => self.call(callee, IsTail::Yes, &mut code)?,
            ReferenceKind::Copy(copy) => self.segments()?.write_copies(copy.segment, &mut code),
            ReferenceKind::Drop { .. } => self.segments()?.write_drop(&mut code),
            ReferenceKind::SlotConst(slot) => (slot.0 as i32).encode(out),
            ReferenceKind::AddressConst(value, _) | ReferenceKind::ThreadOffset(value) => {
                value.encode(out);
            }
            ReferenceKind::AddressOffset(value, _) => value.encode(out),
            ReferenceKind::Type(ty) => module.type_index(ty)?.encode(out),
            ReferenceKind::BlockType(ty) => i64::from(module.type_index(ty)?).encode(out),
            ReferenceKind::Global(global, _) => module.global_index(global)?.encode(out),
            ReferenceKind::Tag(tag) => module.tag_index(tag)?.encode(out),
            ReferenceKind::Table => 0u32.encode(out),
            ReferenceKind::Segment(segment) => self.segments()?.thread_local(segment)?.encode(out),
            ReferenceKind::SlotWord(_) | ReferenceKind::AddressWord(_) => {
                return Err(Gap::new("what a word of data means in code"));
            }
        }
        Ok(())
    }

    fn segments(&self) -> Result<&Segments, Gap> {
        self.replacements.segments()
    }

    fn call(&self, callee: Func, is_tail: IsTail, code: &mut InstructionSink) -> Result<(), Gap> {
        match self.plan.callee(self.module, callee)? {
            Callee::Direct(index) => {
                match is_tail {
                    IsTail::No => code.call(index),
                    IsTail::Yes => code.return_call(index),
                };
            }
            Callee::Slot(slot, ty) => {
                code.i32_const(slot.0 as i32);
                call_indirect(self.module.type_index(ty)?, is_tail, code);
            }
            Callee::Intrinsic(intrinsic) => {
                self.intrinsic(intrinsic, is_tail, code)?;
                // A tail call is a return as well, unless it stayed a call.
                if is_tail == IsTail::Yes && *intrinsic != Intrinsic::Call {
                    code.return_();
                }
            }
        }
        Ok(())
    }

    fn intrinsic(
        &self,
        intrinsic: &Intrinsic,
        is_tail: IsTail,
        code: &mut InstructionSink,
    ) -> Result<(), Gap> {
        match intrinsic {
            Intrinsic::Marker(_) => {}
            Intrinsic::Handle(split) => {
                let index = split.and_then(|split| self.replacements.handles.get(split.at()));
                code.i32_const(index.map_or(-1, |&index| index as i32));
            }
            Intrinsic::Call => {
                call_indirect(self.module.type_index(self.plan.entry_type)?, is_tail, code);
            }
            Intrinsic::ManifestLen => {
                code.i32_const(self.segments()?.manifest_length as i32);
            }
            Intrinsic::ManifestCopy => self.segments()?.write_manifest_copy(code),
        }
        Ok(())
    }
}

/// Calls what the table holds in the slot on the stack.
fn call_indirect(ty: u32, is_tail: IsTail, code: &mut InstructionSink) {
    match is_tail {
        IsTail::No => code.call_indirect(0, ty),
        IsTail::Yes => code.return_call_indirect(0, ty),
    };
}
