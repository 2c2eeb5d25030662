//! What a thread with a memory of its own knows of the chunks there.

use std::cell::{Cell, OnceCell};

use crate::ids::ChunkIndex;

/// Which chunks are part of the program.
pub(crate) struct Part {
    /// By chunk; made when the first one is.
    ready: OnceCell<Box<[Cell<bool>]>>,
}

impl Part {
    pub(crate) const fn new() -> Self {
        Part {
            ready: OnceCell::new(),
        }
    }

    pub(super) fn is_ready(&self, chunk: ChunkIndex) -> bool {
        let ready = self.ready.get().and_then(|all| all.get(chunk.0 as usize));
        ready.is_some_and(Cell::get)
    }

    /// Notes that `chunk`, of so many, is ready.
    pub(super) fn set_ready(&self, chunk: ChunkIndex, count: usize) {
        let none = || vec![const { Cell::new(false) }; count].into_boxed_slice();
        if let Some(ready) = self.ready.get_or_init(none).get(chunk.0 as usize) {
            ready.set(true);
        }
    }
}
