//! How often chunks were fetched, compiled, linked and met unlinked, on all threads together.

/// What all threads together have done with one chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChunkCounters {
    /// File name, relative to the base URL.
    pub file: String,
    /// How many times a backend was asked for it.
    pub fetches: u32,
    /// How many times it was compiled.
    pub compilations: u32,
    /// How many threads have an instance of it.
    pub instantiations: u32,
    /// How many calls came to a thread that had no instance of it yet, and made one.
    pub stub_hits: u32,
}

/// The counters of all chunks, in the order of the program's manifest. Any thread may ask.
///
/// Empty in programs that are not built for threads.
pub fn counters() -> Vec<ChunkCounters> {
    #[cfg(target_feature = "atomics")]
    return crate::shared::counters();
    #[cfg(not(target_feature = "atomics"))]
    Vec::new()
}
