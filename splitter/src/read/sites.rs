//! A site: a place in code or data that refers to something, with what it refers to.

use crate::ids::Interval;
use crate::ids::{Func, Global, Slot, Tag, Type};

/// A place that refers to something.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// Offset of the number: from the start of the function's body, or of the data segment.
    pub offset: u32,
    /// What it refers to, and how it is written.
    pub kind: SiteKind,
}

/// What a site refers to. The values are those that the linker wrote there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteKind {
    /// The immediate of a `call` or `return_call`, unsigned.
    Call(Func),
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
    /// A type index: unsigned behind `call_indirect`, signed behind `block` and its like.
    Type(Type),
    /// A global index, with the interval of its symbol where the linker made the global for an address.
    Global(Global, Option<Interval>),
    /// A tag index.
    Tag(Tag),
    /// A table index; there is one table.
    Table,
    /// The constant of an `i32.const`, signed: an offset into a thread's data.
    ThreadOffset(i32),
}
