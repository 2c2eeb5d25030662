//! How threads that the application starts by itself come to compiled chunks.
//!
//! They need not: a thread that got `{ module, memory }` and nothing else finds the bytes in shared memory, and asks for
//! what is not there yet.

use wasm_bindgen::prelude::*;

use crate::js::MessagePort;
use crate::shared::{connection, coordinator};

/// Makes this thread the one that fetches and compiles for all others, if there is none yet. Whether it is that now.
///
/// The page becomes it by itself, with the first load, thread or pool. To be called where nothing of that happens on the
/// page, but in Workers that others have started. The thread must return to its event loop again and again.
#[wasm_bindgen(js_name = coordinateThreads)]
pub fn coordinate() -> bool {
    coordinator::become_coordinator()
}

/// On the thread that fetches for all others: connects the thread at the other end of `port`, which has to
/// [`connect`], and gets every compiled chunk from now on. Elsewhere the port is passed on, by a thread that is connected
/// itself; false if it is not.
#[wasm_bindgen(js_name = acceptThread)]
pub fn accept(port: web_sys::MessagePort) -> bool {
    coordinator::become_coordinator_if_main();
    connection::accept(port.unchecked_into())
}

/// Receives compiled chunks over `port`, whose other end somebody [accepts](accept).
#[wasm_bindgen(js_name = connectThread)]
pub fn connect(port: web_sys::MessagePort) {
    connection::connect(port.unchecked_into::<MessagePort>());
}

/// Undoes [`connect`], before this thread ends. Not every engine tells the page that a Worker is gone, and if nobody
/// does, the page goes on to send compiled chunks to it.
#[wasm_bindgen(js_name = disconnectThread)]
pub fn disconnect() {
    connection::disconnect();
}
