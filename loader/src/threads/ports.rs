//! How threads that the application starts by itself get compiled chunks.
//!
//! This is optional: a thread that got `{ module, memory }` and nothing else finds the bytes in shared memory, and requests
//! what is not there yet.

use wasm_bindgen::prelude::*;

use crate::js::MessagePort;
use crate::shared::{connection, coordinator};

/// Makes this thread the coordinator, which fetches and compiles for all others, if there is none yet. Returns whether it
/// is the coordinator now.
///
/// The page becomes it by itself, with the first load, thread or pool. Call this if the page does none of that, but Workers
/// that other code has started do. The thread must return to its event loop regularly.
///
/// ```no_run
/// # #[cfg(target_feature = "atomics")]
/// # fn start() {
/// // On the page, before other code starts Workers with this module and memory.
/// wasm_cleave::threads::coordinate();
/// # }
/// ```
#[wasm_bindgen(js_name = coordinateThreads)]
pub fn coordinate() -> bool {
    coordinator::become_coordinator()
}

/// Connects the thread at the other end of `port`, which has to [`connect`]: it gets every compiled chunk from now on.
///
/// On the coordinator. Another thread passes the port on if it is connected itself; otherwise this returns false.
///
/// ```no_run
/// # #[cfg(target_feature = "atomics")]
/// # fn start(port: web_sys::MessagePort) {
/// // On the page; the other port of the channel goes to the Worker.
/// assert!(wasm_cleave::threads::accept(port));
/// # }
/// ```
#[wasm_bindgen(js_name = acceptThread)]
pub fn accept(port: web_sys::MessagePort) -> bool {
    coordinator::become_coordinator_if_main();
    connection::accept(port.unchecked_into())
}

/// Receives compiled chunks over `port`, whose other end another thread [accepts](accept).
///
/// ```no_run
/// # #[cfg(target_feature = "atomics")]
/// # fn start(port: web_sys::MessagePort) {
/// // On a Worker that other code has started.
/// wasm_cleave::threads::connect(port);
/// # }
/// ```
#[wasm_bindgen(js_name = connectThread)]
pub fn connect(port: web_sys::MessagePort) {
    connection::connect(port.unchecked_into::<MessagePort>());
}

/// Undoes [`connect`], before this thread ends. Not every engine reports to the page that a Worker is gone, and then the
/// page continues to send compiled chunks to it.
///
/// ```no_run
/// # #[cfg(target_feature = "atomics")]
/// # fn end() {
/// wasm_cleave::threads::disconnect();
/// # }
/// ```
#[wasm_bindgen(js_name = disconnectThread)]
pub fn disconnect() {
    connection::disconnect();
}
