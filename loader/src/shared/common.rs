//! What all threads share: one object in the memory of the program.

use super::chunks::Chunks;
use crate::protocol::once::OnceBox;
use crate::protocol::requests::ChunkRequests;
use crate::protocol::sync::AtomicU32;
use crate::state;

pub(super) static COMMON: Common = Common {
    chunks: OnceBox::new(),
    requests: ChunkRequests::new(),
    coordinator: AtomicU32::new(0),
    heartbeat: AtomicU32::new(0),
    threads: AtomicU32::new(0),
    connections: AtomicU32::new(0),
    late_links: AtomicU32::new(0),
};

pub(super) struct Common {
    chunks: OnceBox<Chunks>,
    /// What threads want from the coordinator.
    pub(super) requests: ChunkRequests,
    /// The [sign](super::role) of the coordinator; 0 while there is none.
    pub(super) coordinator: AtomicU32,
    /// Changes while the coordinator serves requests and gets to its event loop.
    pub(super) heartbeat: AtomicU32,
    /// The highest number given to a thread.
    pub(super) threads: AtomicU32,
    /// The highest number given to a connection.
    pub(super) connections: AtomicU32,
    /// How often a processor had to wait until a chunk was linked with its audio thread.
    #[cfg_attr(not(feature = "audio"), expect(dead_code, reason = "there are none"))]
    pub(super) late_links: AtomicU32,
}

/// All chunks, if any thread has begun to load something.
pub(super) fn known_chunks() -> Option<&'static Chunks> {
    COMMON.chunks.get()
}

/// All chunks. [`state::with`] must not be in progress.
pub(super) fn chunks() -> &'static Chunks {
    known_chunks().unwrap_or_else(|| {
        let chunks = state::with(|loads| Chunks::new(&loads.manifest));
        COMMON.chunks.offer(chunks)
    })
}
