//! What a thread with a memory of its own knows of the chunks there.

use std::cell::RefCell;

use crate::ids::ChunkIndex;

/// Which chunks are part of the program.
pub(crate) struct Part {
    /// By chunk, as far as any of them is.
    ready: RefCell<Vec<bool>>,
}

impl Part {
    pub(crate) const fn new() -> Self {
        Part {
            ready: RefCell::new(Vec::new()),
        }
    }

    pub(super) fn is_ready(&self, chunk: ChunkIndex) -> bool {
        self.ready.borrow().get(chunk.0 as usize) == Some(&true)
    }

    pub(super) fn set_ready(&self, chunk: ChunkIndex) {
        let mut ready = self.ready.borrow_mut();
        let at = chunk.0 as usize;
        if ready.len() <= at {
            ready.resize(at + 1, false);
        }
        ready[at] = true;
    }
}
