//! Ports between the coordinator and threads with an event loop: compiled chunks travel over them.
//!
//! A port only saves time. Who has none, or whose engine cannot deliver a module, compiles the bytes in shared memory.

use std::cell::{Cell, RefCell};
use std::task::{Poll, Waker};

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::{coordinator, here};
use crate::ids::ChunkIndex;
use crate::js::{self, Message, MessageEvent, MessagePort, Module};
use crate::time::Millis;

/// How long a module that is on its way is waited for.
const ARRIVAL_LIMIT: Millis = Millis(2_000.0);

type Listener = Closure<dyn FnMut(MessageEvent)>;

thread_local! {
    /// Of the coordinator: the threads that are connected.
    static THREADS: RefCell<Vec<Connected>> = const { RefCell::new(Vec::new()) };
    /// Of the others: the way to the coordinator.
    static COORDINATOR: RefCell<Option<Connection>> = const { RefCell::new(None) };
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// A thread, seen by the coordinator.
struct Connected {
    number: u32,
    port: MessagePort,
    _listeners: [Listener; 2],
}

/// The coordinator, seen by another thread.
struct Connection {
    port: MessagePort,
    /// Whether modules arrive, as far as is known.
    delivers: bool,
    waiting: Vec<Waker>,
    _listeners: [Listener; 2],
}

/// Connects the thread at the other end of `port` with the coordinator, which sends it every compiled chunk.
///
/// On another thread than the coordinator the port is passed on, if this thread is connected itself; false if it is not.
pub(crate) fn accept(port: MessagePort) -> bool {
    if coordinator::is_here() {
        let mut known = here::modules().into_iter();
        let is_good = known.all(|(chunk, module)| send_to(&port, chunk, &module).is_ok());
        if is_good {
            adopt(port);
        }
        return is_good;
    }
    let way = COORDINATOR.with_borrow(|connection| Some(connection.as_ref()?.port.clone()));
    way.is_some_and(|way| {
        let message = Message::new();
        message.set_port(&port);
        way.post_with(&message, &Array::of1(&port)).is_ok()
    })
}

/// Keeps a port of the coordinator until the other end is closed.
fn adopt(port: MessagePort) {
    let number = NEXT.get();
    NEXT.set(number.wrapping_add(1));
    let on_message = Closure::new(|event: MessageEvent| {
        if let Some(port) = event.data().port() {
            accept(port);
        }
    });
    let on_close = Closure::new(move |_| {
        // In a task of its own: this closure is one of those that go.
        js::spawn(async move {
            let gone = THREADS.with_borrow_mut(|threads| {
                let at = threads.iter().position(|thread| thread.number == number)?;
                Some(threads.swap_remove(at))
            });
            drop(gone);
        });
    });
    port.on_message(Some(function(&on_message)));
    port.on_close(function(&on_close));
    port.let_program_end();
    let connected = Connected {
        number,
        port,
        _listeners: [on_message, on_close],
    };
    THREADS.with_borrow_mut(|threads| threads.push(connected));
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
    port.on_message_error(function(&on_error));
    let connection = Connection {
        port,
        delivers: true,
        waiting: Vec::new(),
        _listeners: [on_message, on_error],
    };
    let old = COORDINATOR.replace(Some(connection));
    drop(old);
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

/// A new way to the coordinator, for a thread that is about to start; none if this thread knows no way itself.
pub(crate) fn channel() -> Option<MessagePort> {
    let channel = js::MessageChannel::new();
    accept(channel.port1()).then(|| channel.port2())
}
