//! What a load is for: an entry that is about to be called, or a split as a whole.

use crate::ids::{Slot, SplitIndex};

/// What must be callable when a load is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The split that has an entry in this slot.
    #[cfg_attr(
        not(target_family = "wasm"),
        expect(dead_code, reason = "entries have slots on wasm only")
    )]
    Entry(Slot),
    /// A split as a whole; `None` is one that the program does not have, which counts as loaded.
    Split(Option<SplitIndex>),
}
