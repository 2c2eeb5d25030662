//! How often chunks were fetched, compiled, linked and met unlinked, on all threads together.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::common::chunks;
use crate::ids::ChunkIndex;
use crate::js::set;
use crate::progress::ChunkCounters;
use crate::state;

/// Notes that a backend is asked for `chunk`.
pub(crate) fn count_fetch(chunk: ChunkIndex) {
    chunks().get(chunk).fetches.add_one();
}

pub(crate) fn of_all_chunks() -> Vec<ChunkCounters> {
    let chunks = chunks();
    let files = state::with(|loads| -> Vec<String> {
        let chunks = loads.manifest.chunks.iter();
        chunks.map(|chunk| chunk.file.clone()).collect()
    });
    let chunks = chunks.all.iter().zip(files);
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

/// [`chunk_counters`](crate::chunk_counters), for JavaScript: an array of objects with the fields of [`ChunkCounters`].
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
    of_all_chunks().into_iter().map(object).collect()
}
