//! Whether a chunk can be called: the one place that decides it, where every thread has a memory of its own.

use crate::ids::ChunkIndex;
use crate::state;

/// Whether functions of `chunk` can be called.
pub(crate) fn is_callable(chunk: ChunkIndex, _size: u32) -> bool {
    is_linked(chunk)
}

/// Whether a load of `chunk` has nothing to do.
pub(crate) fn is_linked(chunk: ChunkIndex) -> bool {
    state::part(|part| part.is_ready(chunk))
}

/// Notes that `chunk` is linked and its data is written.
pub(super) fn set(chunk: ChunkIndex) {
    let count = state::with(|loads| loads.meters.len());
    state::part(|part| part.set_ready(chunk, count));
}
