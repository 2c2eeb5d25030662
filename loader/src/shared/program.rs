//! What all threads know of all chunks: a table in shared memory that the first thread to need it makes.

use super::once::OnceBox;
use super::publish::Publication;
use super::sync::{AtomicU32, Ordering};
use crate::counters::ChunkCounters;
use crate::ids::{ChunkIndex, Slot};
use crate::manifest::Manifest;
use crate::state;

static PROGRAM: OnceBox<Program> = OnceBox::new();

pub(super) struct Program {
    chunks: Box<[SharedChunk]>,
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
    /// Whether the coordinator has sent the compiled chunk to all who are connected; set before there are bytes.
    sent: AtomicU32,
}

/// Slots of one chunk that follow each other.
struct Run {
    first: Slot,
    behind_last: Slot,
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

    fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl SharedChunk {
    /// Notes that the compiled chunk is on its way to all who are connected.
    pub(super) fn set_sent(&self) {
        // Relaxed: whoever asks has seen the bytes, which are offered after this, with a release.
        self.sent.store(1, Ordering::Relaxed);
    }

    pub(super) fn is_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed) != 0
    }
}

impl Program {
    /// The program, if any thread has begun to load something.
    pub(super) fn known() -> Option<&'static Program> {
        PROGRAM.get()
    }

    pub(super) fn get() -> &'static Program {
        PROGRAM
            .get()
            .unwrap_or_else(|| PROGRAM.offer(state::with(|state| Program::new(state.manifest()))))
    }

    fn new(manifest: &Manifest) -> Self {
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
                behind_last: Slot(run[1]),
                chunk: index,
            }));
        }
        runs.sort_unstable_by_key(|run| run.first);
        Program {
            chunks: chunks.collect(),
            runs: runs.into(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.chunks.len()
    }

    pub(super) fn chunk(&self, chunk: ChunkIndex) -> &SharedChunk {
        &self.chunks[chunk.0 as usize]
    }

    /// The chunk that fills `slot`.
    pub(super) fn chunk_of(&self, slot: Slot) -> Option<ChunkIndex> {
        let behind = self.runs.partition_point(|run| run.first <= slot);
        let run = self.runs.get(behind.checked_sub(1)?)?;
        (slot < run.behind_last).then_some(run.chunk)
    }
}

/// Whether nobody needs to fetch `chunk` any more.
pub(crate) fn has_bytes(chunk: ChunkIndex) -> bool {
    let program = Program::known();
    program.is_some_and(|program| program.chunk(chunk).publication.bytes().is_some())
}

/// Notes that `chunk` is asked for from outside.
pub(crate) fn count_fetch(chunk: ChunkIndex) {
    Program::get().chunk(chunk).fetches.add_one();
}

pub(crate) fn counters() -> Vec<ChunkCounters> {
    let program = Program::get();
    let files = state::with(|state| -> Vec<String> {
        let chunks = state.manifest().chunks.iter();
        chunks.map(|chunk| chunk.file.clone()).collect()
    });
    let chunks = program.chunks.iter().zip(files);
    chunks
        .map(|(chunk, file)| ChunkCounters {
            file,
            fetches: chunk.fetches.get(),
            compilations: chunk.compilations.get(),
            instantiations: chunk.instantiations.get(),
            stub_hits: chunk.stub_hits.get(),
            waits: chunk.waits.get(),
        })
        .collect()
}
