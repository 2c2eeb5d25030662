//! What kind of thread this is, which decides whether it may block and how long it lives.

use crate::js;

/// What kind of thread this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The page, or Node's main thread: where everything begins, and which must not block.
    Main,
    /// A Worker, of the web or of Node: it may block.
    Worker,
    /// A worklet: it has neither timers nor a network, and must not block.
    Worklet,
}

impl Place {
    /// What kind of thread this is, to be asked once a thread.
    pub(super) fn ask_engine() -> Self {
        if js::has_document() {
            return Place::Main;
        }
        if js::is_worker_scope() {
            return Place::Worker;
        }
        match js::is_main_thread_of_node() {
            Some(true) => Place::Main,
            Some(false) => Place::Worker,
            None => Place::Worklet,
        }
    }
}
