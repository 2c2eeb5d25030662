//! What JavaScript calls on the audio thread. Nothing allocates once the thread has begun, unless a processor fails.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::unit::Unit;
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

/// Notes that the processor whose [`Unit`] lies at this address has failed in [`process`]. What a panic has said.
#[doc(hidden)]
#[wasm_bindgen(js_name = __cleave_audio_fail, skip_typescript)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn fail(unit: usize) -> Option<String> {
    inside::leave();
    // SAFETY: as in `process`, which has not returned.
    let unit = unsafe { &*(unit as *const Unit) };
    let word = unit.word().as_ptr();
    unit.fail();
    wait::notify_at(word);
    panics::take()
}

/// Renders one block of the processor whose [`Unit`] lies at this address; false if it was the last one.
#[doc(hidden)]
#[wasm_bindgen(js_name = __cleave_audio_process, skip_typescript)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn process(unit: usize, frame: f64) -> bool {
    // SAFETY: the address is that of a unit which the page keeps until it has been left; JavaScript calls this on the
    // audio thread only, and not any more after it has returned false.
    let unit = unsafe { &*(unit as *const Unit) };
    let word = unit.word().as_ptr();
    let hits = late_links::late_links();
    inside::enter();
    // SAFETY: as above.
    let rendered = unsafe { unit.render(frame as u64) };
    inside::leave();
    if rendered.has_told {
        wait::notify_at(word);
    }
    if late_links::late_links() != hits {
        wait::notify(late_links::late_links_word());
    }
    rendered.goes_on
}
