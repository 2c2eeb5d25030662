//! A reference: a place in code or data that refers to something, with what it refers to.

use wasmparser::BinaryReader;

use crate::ids::{Func, Global, Interval, Slot, Tag, Type};

/// A place that refers to something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference {
    /// Offset of the number: from the start of the function's body, or of the data segment.
    pub(crate) offset: u32,
    /// What it refers to, and how it is written.
    pub(crate) kind: ReferenceKind,
}

/// What a reference refers to. The values are those that the linker wrote there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReferenceKind {
    /// The immediate of a `call`, unsigned.
    Call(Func),
    /// The immediate of a `return_call`, unsigned.
    TailCall(Func),
    /// The constant of an `i32.const`, signed: a function's address.
    SlotConst(Slot),
    /// Four bytes of data: a function's address.
    SlotWord(Slot),
    /// The constant of an `i32.const`, signed: an address in memory, with the interval of its symbol.
    AddressConst(i32, Option<Interval>),
    /// The offset of a load or store, unsigned: an address in memory, with the interval of its symbol.
    AddressOffset(u32, Option<Interval>),
    /// Four bytes of data: an address in memory, with the interval of its symbol.
    AddressWord(Option<Interval>),
    /// The type index of a `call_indirect` or `return_call_indirect`, unsigned.
    Type(Type),
    /// The type index of a `block`, `loop`, `if` or `try`, signed.
    BlockType(Type),
    /// A global index, with the interval of its symbol where the linker made the global for an address.
    Global(Global, Option<Interval>),
    /// A tag index.
    Tag(Tag),
    /// A table index; there is one table.
    Table,
    /// The constant of an `i32.const`, signed: an offset into a thread's data.
    ThreadOffset(i32),
    /// The three constants and the `memory.init` by which the start function copies a whole passive segment.
    Copy(SegmentCopy),
    /// A `data.drop` of such a segment, with its length in bytes of code.
    Drop {
        /// Length of the instruction.
        length: u32,
    },
    /// The segment index of a `memory.init` of thread-local data.
    Segment(u32),
}

/// How the start function of a program with shared memory copies a passive segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentCopy {
    /// Which segment.
    pub(crate) segment: u32,
    /// Where in memory it belongs.
    pub(crate) address: u32,
    /// Length of the four instructions in bytes.
    pub(crate) length: u32,
}

impl Reference {
    /// The function that is called there, if one is.
    pub(crate) fn callee(&self) -> Option<Func> {
        match self.kind {
            ReferenceKind::Call(callee) | ReferenceKind::TailCall(callee) => Some(callee),
            _ => None,
        }
    }

    /// Whether an instruction is there that names a data segment.
    pub(crate) fn names_segment(&self) -> bool {
        matches!(
            self.kind,
            ReferenceKind::Copy(_) | ReferenceKind::Drop { .. } | ReferenceKind::Segment(_)
        )
    }

    /// Which bytes of the body the reference covers: a call with its opcode, of anything else the number alone.
    pub(crate) fn extent(&self, body: &[u8]) -> Option<std::ops::Range<usize>> {
        let at = self.offset as usize;
        let number = || {
            let mut reader = BinaryReader::new(body.get(at..)?, 0);
            // Wide enough for a number of 32 bits, signed or not.
            reader.read_var_i64().ok()?;
            Some(at + reader.original_position() as usize)
        };
        Some(match self.kind {
            ReferenceKind::Copy(copy) => at..at + copy.length as usize,
            ReferenceKind::Drop { length } => at..at + length as usize,
            ReferenceKind::Call(_) | ReferenceKind::TailCall(_) => at.checked_sub(1)?..number()?,
            _ => at..number()?,
        })
    }
}
