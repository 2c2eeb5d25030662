//! What all threads know of all chunks: a table that the first thread to need it makes.

use crate::ids::{ChunkIndex, Slot};
use crate::manifest::Manifest;
use crate::protocol::publish::Publication;
use crate::protocol::sync::{AtomicU32, Ordering};

pub(super) struct Chunks {
    pub(super) all: Box<[SharedChunk]>,
    /// Ascending.
    runs: Box<[Run]>,
}

/// One chunk in the memory of the program.
pub(super) struct SharedChunk {
    pub(super) publication: Publication<Box<[u8]>>,
    pub(super) fetches: Counter,
    pub(super) compilations: Counter,
    pub(super) instantiations: Counter,
    pub(super) stub_hits: Counter,
    pub(super) waits: Counter,
    /// Whether the coordinator has sent the compiled chunk to all connected threads; set before there are bytes.
    sent: AtomicU32,
}

/// Slots of one chunk that follow each other.
struct Run {
    first: Slot,
    after_last: Slot,
    chunk: ChunkIndex,
}

/// Counts events on all threads.
#[derive(Default)]
pub(super) struct Counter(AtomicU32);

impl Counter {
    pub(super) fn add_one(&self) {
        // Relaxed: a count says nothing of other memory.
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl SharedChunk {
    /// Whether nobody needs to fetch it any more.
    pub(super) fn has_bytes(&self) -> bool {
        self.publication.bytes().is_some()
    }

    /// The bytes; none if they have not been published.
    pub(super) fn bytes(&self) -> &[u8] {
        self.publication.bytes().map_or(&[], |bytes| bytes)
    }

    /// Notes that the compiled chunk is on its way to all connected threads.
    pub(super) fn set_sent(&self) {
        // Relaxed: a thread that asks has seen the bytes, which are offered after this, with a release.
        self.sent.store(1, Ordering::Relaxed);
    }

    pub(super) fn is_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed) != 0
    }
}

impl Chunks {
    pub(super) fn new(manifest: &Manifest) -> Self {
        let chunks = manifest.chunks.iter().map(|_| SharedChunk {
            publication: Publication::new(),
            fetches: Counter::default(),
            compilations: Counter::default(),
            instantiations: Counter::default(),
            stub_hits: Counter::default(),
            waits: Counter::default(),
            sent: AtomicU32::new(0),
        });
        let mut runs = Vec::new();
        for (chunk, index) in manifest.chunks.iter().zip((0..).map(ChunkIndex)) {
            runs.extend(chunk.slots.chunks_exact(2).map(|run| Run {
                first: Slot(run[0]),
                after_last: Slot(run[1]),
                chunk: index,
            }));
        }
        runs.sort_unstable_by_key(|run| run.first);
        Chunks {
            all: chunks.collect(),
            runs: runs.into(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, chunk: ChunkIndex) -> &SharedChunk {
        &self.all[chunk.0 as usize]
    }

    /// The chunk that fills `slot`.
    pub(super) fn chunk_of(&self, slot: Slot) -> Option<ChunkIndex> {
        let after = self.runs.partition_point(|run| run.first <= slot);
        let run = self.runs.get(after.checked_sub(1)?)?;
        (slot < run.after_last).then_some(run.chunk)
    }
}
