//! Whether a chunk can be called: the one place that decides it, where threads share one memory.

use super::common::known_chunks;
use super::instances::{self, LARGEST_AT_ONCE};
use crate::ids::ChunkIndex;

/// Whether functions of `chunk` can be called on this thread: at once, or through a stub.
///
/// `size` is that of its file. It allocates nothing, and [`state::with`](crate::state::with) may be in progress.
pub(crate) fn is_callable(chunk: ChunkIndex, size: u32) -> bool {
    is_ready(chunk) && (size <= LARGEST_AT_ONCE || instances::is_linked(chunk))
}

/// Whether a load of `chunk` has nothing to do: it is ready, and no call needs a stub.
pub(crate) fn is_linked(chunk: ChunkIndex) -> bool {
    is_ready(chunk) && instances::is_linked(chunk)
}

/// Whether all that it takes to call `chunk` is in memory.
pub(super) fn is_ready(chunk: ChunkIndex) -> bool {
    known_chunks().is_some_and(|chunks| chunks.get(chunk).publication.is_ready())
}
