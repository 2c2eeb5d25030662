//! What a stub calls: makes the function of a slot callable on this thread, at once.
//!
//! The stub's caller got the slot from code of the chunk, so the chunk is ready (`protocol/publish.rs`): its bytes and its data
//! are in memory, and there is nobody to wait for. This may run on any thread, inside of any code.

use wasm_bindgen::JsValue;

use super::common::known_chunks;
use super::instances;
use crate::ids::Slot;
use crate::js::{self, Exports};

/// Fills the slot with the chunk's function on this thread.
///
/// Throws a JavaScript error where the program has broken a rule: the slot is no chunk's, or its chunk is not ready.
#[unsafe(no_mangle)]
extern "C" fn __cleave_ensure(slot: u32) {
    if let Err(thrown) = ensure(Slot(slot)) {
        wasm_bindgen::throw_val(thrown);
    }
}

fn ensure(slot: Slot) -> Result<(), JsValue> {
    let found = known_chunks().and_then(|chunks| {
        let chunk = chunks.chunk_of(slot)?;
        Some((chunk, chunks.get(chunk)))
    });
    let Some((chunk, shared)) = found else {
        return Err(js::UNKNOWN_SLOT.with(js::error));
    };
    shared.stub_hits.add_one();
    #[cfg(feature = "audio")]
    super::late_links::count_one();
    if !shared.publication.is_ready() {
        return Err(js::NOT_READY.with(js::error));
    }
    let exports: Exports = wasm_bindgen::exports().into();
    let stub = exports.table().get(slot.0);
    let module = instances::compile_now(chunk)?;
    instances::link_now(chunk, &module)?;
    if exports.table().get(slot.0) == stub {
        return Err(js::NOT_FILLED.with(js::error));
    }
    Ok(())
}
