//! How often chunks were fetched, compiled, linked and met unlinked, on all threads together.

#[cfg(target_feature = "atomics")]
use {
    crate::js::set,
    js_sys::{Array, Object},
    wasm_bindgen::prelude::*,
};

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
    /// How many times a thread asked the coordinator for it and waited for the answer.
    pub waits: u32,
}

/// [`counters`], for JavaScript: an array of objects with the fields of [`ChunkCounters`].
#[cfg(target_feature = "atomics")]
#[wasm_bindgen(js_name = chunkCounters)]
#[doc(hidden)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn chunk_counters() -> Array {
    let object = |chunk: ChunkCounters| {
        let object = Object::new();
        set(&object, "file", &chunk.file.into());
        for (name, count) in [
            ("fetches", chunk.fetches),
            ("compilations", chunk.compilations),
            ("instantiations", chunk.instantiations),
            ("stubHits", chunk.stub_hits),
            ("waits", chunk.waits),
        ] {
            set(&object, name, &count.into());
        }
        object
    };
    counters().into_iter().map(object).collect()
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
