//! What JavaScript calls on the audio thread. Nothing allocates once the thread has begun, unless a processor fails.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::shared_processor::SharedProcessor;
use super::{inside, panics};
use crate::ids::ChunkIndex;
use crate::js::{MessagePort, Module};
use crate::shared::{connection, late_links, link, wait};
use crate::state;

/// Begins the thread, with the compiled chunks that it was given and its way to those that are compiled later.
#[doc(hidden)]
#[wasm_bindgen(js_name = __cleave_audio_start, skip_typescript)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn start(modules: &Array, port: Option<MessagePort>) {
    // What threads make when they first need it is made now.
    state::with(|_| ());
    inside::prepare();
    connection::keep_compiled(modules);
    if let Some(port) = port {
        connection::connect(port);
    }
}

/// Links a chunk that is ready with this thread.
#[doc(hidden)]
#[wasm_bindgen(js_name = __cleave_audio_link, skip_typescript)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn link(chunk: u32, module: Option<Module>) -> Result<(), JsValue> {
    link::link_given(ChunkIndex(chunk), module)
}

/// Notes that the processor whose [`SharedProcessor`] lies at this address has failed in [`process`]. What a panic has said.
#[doc(hidden)]
#[wasm_bindgen(js_name = __cleave_audio_fail, skip_typescript)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn fail(shared: usize) -> Option<String> {
    inside::leave();
    // SAFETY: as in `process`, which has not returned.
    let shared = unsafe { &*(shared as *const SharedProcessor) };
    let word = shared.word().as_ptr();
    shared.fail();
    wait::notify_at(word);
    panics::take()
}

/// Renders one block of the processor whose [`SharedProcessor`] lies at this address; false if it was the last one.
#[doc(hidden)]
#[wasm_bindgen(js_name = __cleave_audio_process, skip_typescript)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn process(shared: usize, frame: f64) -> bool {
    // SAFETY: the address is that of a processor which the page keeps until `LEFT` is set; JavaScript calls this on the
    // audio thread only, and not any more after it has returned false.
    let shared = unsafe { &*(shared as *const SharedProcessor) };
    let word = shared.word().as_ptr();
    let hits = late_links::late_links();
    inside::enter();
    // SAFETY: as above.
    let rendered = unsafe { shared.render(frame as u64) };
    inside::leave();
    if rendered.has_emitted {
        wait::notify_at(word);
    }
    if late_links::late_links() != hits {
        wait::notify(late_links::late_links_word());
    }
    rendered.goes_on
}
