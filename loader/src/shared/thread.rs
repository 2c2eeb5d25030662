//! What a thread knows for itself, in a program whose threads share one memory.

use std::cell::{Cell, OnceCell, RefCell};
use std::task::Waker;

use js_sys::Function;
use wasm_bindgen::closure::Closure;

use super::place::Place;
use crate::js::{MessageEvent, MessagePort, Module};
use crate::registry::Registry;

/// One thread.
pub(crate) struct Part {
    /// A number that no other thread has; 0 while nobody has asked for it.
    pub(super) number: Cell<u32>,
    pub(super) place: Cell<Option<Place>>,
    /// How many requests of others it is serving, as the coordinator.
    pub(super) serving: Cell<u32>,
    /// Which chunks it is fetching.
    pub(super) fetching: RefCell<Registry>,
    /// Made when the thread first has to do with a chunk. Stubs need it in the middle of any code, so nothing in it is
    /// ever borrowed.
    pub(super) instances: OnceCell<Box<[Instance]>>,
    /// Of the coordinator: the threads that are connected.
    pub(super) connected: RefCell<Vec<Connected>>,
    /// Of the others: the port to the coordinator.
    pub(super) connection: RefCell<Option<Connection>>,
}

impl Part {
    pub(crate) const fn new() -> Self {
        Part {
            number: Cell::new(0),
            place: Cell::new(None),
            serving: Cell::new(0),
            fetching: RefCell::new(Registry::new()),
            instances: OnceCell::new(),
            connected: RefCell::new(Vec::new()),
            connection: RefCell::new(None),
        }
    }
}

/// One chunk on this thread.
#[derive(Default)]
pub(super) struct Instance {
    pub(super) linked: Cell<bool>,
    pub(super) module: Cell<Option<Module>>,
    /// What writes the chunk's data: of an instance that was made before the chunk was ready, if the chunk has data.
    pub(super) init: Cell<Option<Function>>,
}

/// What a port calls.
pub(super) type Listener = Closure<dyn FnMut(MessageEvent)>;

/// A thread, seen by the coordinator.
pub(super) struct Connected {
    pub(super) number: u32,
    /// The connection over which the port has come: when that thread ends, those that it has started end with it.
    pub(super) through: Option<u32>,
    pub(super) port: MessagePort,
    pub(super) _listeners: [Listener; 2],
}

impl Drop for Connected {
    fn drop(&mut self) {
        // The engine may have events for the listeners still.
        self.port.on_message(None);
        self.port.on_close(None);
        self.port.close();
    }
}

/// The coordinator, seen by another thread.
pub(super) struct Connection {
    pub(super) port: MessagePort,
    /// Whether modules arrive, as far as is known.
    pub(super) delivers: bool,
    pub(super) waiting: Vec<Waker>,
    pub(super) _listeners: [Listener; 2],
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.port.on_message(None);
        self.port.on_message_error(None);
        self.port.close();
        // Those that wait compile the bytes.
        self.waiting.drain(..).for_each(Waker::wake);
    }
}
