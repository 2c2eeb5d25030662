//! Ports between the coordinator and threads with an event loop: compiled chunks travel over them.
//!
//! A port only saves time. Who has none, or whose engine cannot deliver a module, compiles the bytes in shared memory.

use std::cell::RefCell;
use std::task::{Poll, Waker};

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::sync::{AtomicU32, Ordering};
use super::{coordinator, here};
use crate::ids::ChunkIndex;
use crate::js::{self, Message, MessageEvent, MessagePort, Module};
use crate::time::Millis;

/// How long a module that is on its way is waited for.
const ARRIVAL_LIMIT: Millis = Millis(2_000.0);

type Listener = Closure<dyn FnMut(MessageEvent)>;

/// The highest number given to a connection, by whichever thread.
static CONNECTIONS: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// Of the coordinator: the threads that are connected.
    static THREADS: RefCell<Vec<Connected>> = const { RefCell::new(Vec::new()) };
    /// Of the others: the way to the coordinator.
    static COORDINATOR: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

/// A thread, seen by the coordinator.
struct Connected {
    number: u32,
    /// The connection over which the port has come: when that thread ends, those that it has started end with it.
    through: Option<u32>,
    port: MessagePort,
    _listeners: [Listener; 2],
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
struct Connection {
    port: MessagePort,
    /// Whether modules arrive, as far as is known.
    delivers: bool,
    waiting: Vec<Waker>,
    _listeners: [Listener; 2],
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.port.on_message(None);
        self.port.on_message_error(None);
        self.port.close();
        // Who waits compiles the bytes.
        self.waiting.drain(..).for_each(Waker::wake);
    }
}

/// Connects the thread at the other end of `port` with the coordinator, which sends it every compiled chunk.
///
/// On another thread than the coordinator the port is passed on, if this thread is connected itself; false if it is not.
pub(crate) fn accept(port: MessagePort) -> bool {
    hand_over(port, |number, port| adopt(number, None, port)).is_some()
}

/// Gives a new connection to the coordinator, to `take` if that is here: its number, or none if it is not taken.
fn hand_over(port: MessagePort, take: impl FnOnce(u32, MessagePort) -> bool) -> Option<u32> {
    let number = new_number();
    let is_taken = match coordinator::is_here() {
        true => take(number, port),
        false => pass_on(number, &port),
    };
    is_taken.then_some(number)
}

/// A number that no other connection has.
fn new_number() -> u32 {
    // Relaxed: numbers say nothing of other memory.
    CONNECTIONS.fetch_add(1, Ordering::Relaxed)
}

/// Gives a port to the coordinator; false if this thread is not connected.
fn pass_on(number: u32, port: &MessagePort) -> bool {
    way().is_some_and(|way| {
        let message = Message::new();
        message.set_number(number);
        message.set_port(port);
        way.post_with(&message, &Array::of1(port)).is_ok()
    })
}

/// This thread's own way to the coordinator.
fn way() -> Option<MessagePort> {
    COORDINATOR.with_borrow(|connection| Some(connection.as_ref()?.port.clone()))
}

/// Sends all that is compiled over a port of the coordinator, and keeps the port; false if the thread at the other end
/// cannot have it.
fn adopt(number: u32, through: Option<u32>, port: MessagePort) -> bool {
    let mut known = here::modules().into_iter();
    let is_good = known.all(|(chunk, module)| send_to(&port, chunk, &module).is_ok());
    if is_good {
        keep(number, through, port);
    }
    is_good
}

/// Keeps a port of the coordinator until the thread at the other end is gone.
fn keep(number: u32, through: Option<u32>, port: MessagePort) {
    let on_message = Closure::new(move |event: MessageEvent| {
        let message = event.data();
        match (message.port(), message.number()) {
            (Some(port), Some(theirs)) => drop(adopt(theirs, Some(number), port)),
            (_, theirs) => drop_with_children(theirs.unwrap_or(number)),
        }
    });
    let on_close = Closure::new(move |_| drop_with_children(number));
    port.on_message(Some(function(&on_message)));
    port.on_close(Some(function(&on_close)));
    port.let_program_end();
    let connected = Connected {
        number,
        through,
        port,
        _listeners: [on_message, on_close],
    };
    THREADS.with_borrow_mut(|threads| threads.push(connected));
}

/// On the coordinator: forgets a thread that has ended, and those that it has started.
fn drop_with_children(number: u32) {
    // In a task of its own: a listener that is running may be one of those that go.
    js::spawn(async move {
        let mut gone = vec![number];
        let mut at = 0;
        let dropped = THREADS.with_borrow_mut(|threads| {
            while let Some(&parent) = gone.get(at) {
                let children = threads
                    .iter()
                    .filter(|thread| thread.through == Some(parent));
                gone.extend(children.map(|thread| thread.number));
                at += 1;
            }
            let dropped = threads.extract_if(.., |thread| gone.contains(&thread.number));
            dropped.collect::<Vec<_>>()
        });
        drop(dropped);
    });
}

/// Sends a compiled chunk to all threads that are connected.
pub(super) fn send(chunk: ChunkIndex, module: &Module) {
    let ports: Vec<MessagePort> = THREADS.with_borrow(|threads| {
        let ports = threads.iter().map(|thread| thread.port.clone());
        ports.collect()
    });
    for port in ports {
        // A thread that cannot have it compiles the bytes.
        let _ = send_to(&port, chunk, module);
    }
}

fn send_to(port: &MessagePort, chunk: ChunkIndex, module: &Module) -> Result<(), JsValue> {
    port.post(&compiled(chunk, module))
}

/// What tells a thread of a compiled chunk.
fn compiled(chunk: ChunkIndex, module: &Module) -> Message {
    let message = Message::new();
    message.set_chunk(chunk.0);
    message.set_module(module);
    message
}

/// All that this thread has compiled or received, for the start message of another.
pub(crate) fn all_compiled() -> Array {
    let modules = here::modules().into_iter();
    modules
        .map(|(chunk, module)| compiled(chunk, &module))
        .collect()
}

/// Keeps what came with the start message.
pub(crate) fn keep_compiled(messages: &Array) {
    for message in messages.iter() {
        receive(&message.unchecked_into());
    }
}

fn receive(message: &Message) {
    if let Some(module) = message.module() {
        here::keep(ChunkIndex(message.chunk()), module);
    }
}

/// Receives compiled chunks over `port` from now on.
pub(crate) fn connect(port: MessagePort) {
    let on_message = Closure::new(|event: MessageEvent| {
        receive(&event.data());
        wake();
    });
    // The engine cannot deliver modules.
    let on_error = Closure::new(|_| {
        COORDINATOR.with_borrow_mut(|connection| {
            if let Some(connection) = connection {
                connection.delivers = false;
            }
        });
        wake();
    });
    port.on_message(Some(function(&on_message)));
    port.on_message_error(Some(function(&on_error)));
    let connection = Connection {
        port,
        delivers: true,
        waiting: Vec::new(),
        _listeners: [on_message, on_error],
    };
    let old = COORDINATOR.replace(Some(connection));
    drop(old);
}

/// Tells the coordinator that it need not send anything any more.
pub(crate) fn disconnect() {
    if let Some(connection) = COORDINATOR.take() {
        let _ = connection.port.post(&Message::new());
    }
}

fn wake() {
    let wakers = COORDINATOR.with_borrow_mut(|connection| {
        let connection = connection.as_mut();
        connection.map(|connection| std::mem::take(&mut connection.waiting))
    });
    wakers.into_iter().flatten().for_each(Waker::wake);
}

/// Done when the compiled chunk that the coordinator has sent is here, or will not come.
pub(super) async fn arrival(chunk: ChunkIndex) {
    let arrived = std::future::poll_fn(|context| {
        if here::module(chunk).is_some() {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        COORDINATOR.with_borrow_mut(|connection| match connection {
            Some(connection) if connection.delivers => {
                connection.waiting.push(waker);
                Poll::Pending
            }
            _ => Poll::Ready(()),
        })
    });
    js::within(ARRIVAL_LIMIT, arrived).await;
}

fn function(listener: &Listener) -> &Function {
    listener.as_ref().unchecked_ref()
}

/// A way to the coordinator for another thread.
pub(crate) struct Channel {
    number: u32,
    port: MessagePort,
}

impl Channel {
    /// For a thread that is about to start, with [all that this one has](all_compiled); none if this thread knows no
    /// way itself.
    pub(crate) fn to_new_thread() -> Option<Self> {
        Channel::taken_by(|number, port| {
            keep(number, None, port);
            true
        })
    }

    /// For a thread that has started; none as above.
    #[cfg(feature = "audio")]
    pub(crate) fn to_running_thread() -> Option<Self> {
        Channel::taken_by(|number, port| adopt(number, None, port))
    }

    fn taken_by(take: impl FnOnce(u32, MessagePort) -> bool) -> Option<Self> {
        let channel = js::MessageChannel::new();
        let number = hand_over(channel.port1(), take)?;
        Some(Channel {
            number,
            port: channel.port2(),
        })
    }

    /// The thread's end of it.
    pub(crate) fn port(&self) -> &MessagePort {
        &self.port
    }

    /// Lets the coordinator forget the thread when it has `ended`: not every engine tells that a port is closed.
    pub(crate) fn close_after(self, ended: impl Future + 'static) {
        js::spawn(async move {
            drop(ended.await);
            self.close();
        });
    }

    /// Lets the coordinator forget the thread.
    pub(crate) fn close(self) {
        if coordinator::is_here() {
            drop_with_children(self.number);
        } else if let Some(way) = way() {
            let message = Message::new();
            message.set_number(self.number);
            // If the way is closed, the coordinator is no more.
            let _ = way.post(&message);
        }
    }
}
