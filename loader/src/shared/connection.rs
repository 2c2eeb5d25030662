//! Ports between the coordinator and threads with an event loop: compiled chunks travel over them.
//!
//! A port only saves time. A thread that has none, or whose engine cannot deliver a module, compiles the bytes in shared
//! memory.

use std::task::{Poll, Waker};

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::common::COMMON;
use super::thread::{Connected, Connection, Listener};
use super::{instances, role};
use crate::ids::ChunkIndex;
use crate::js::{self, Message, MessageEvent, MessagePort, Module};
use crate::protocol::sync::Ordering;
use crate::state;
use crate::time::Millis;

/// How long a module that is on its way is waited for.
const ARRIVAL_LIMIT: Millis = Millis(2_000.0);

fn connected<T>(f: impl FnOnce(&mut Vec<Connected>) -> T) -> T {
    state::part(|part| f(&mut part.connected.borrow_mut()))
}

fn connection<T>(f: impl FnOnce(&mut Option<Connection>) -> T) -> T {
    state::part(|part| f(&mut part.connection.borrow_mut()))
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
    let is_taken = match role::is_here() {
        true => take(number, port),
        false => pass_on(number, &port),
    };
    is_taken.then_some(number)
}

/// A number that no other connection has.
fn new_number() -> u32 {
    // Relaxed: numbers say nothing of other memory.
    COMMON.connections.fetch_add(1, Ordering::Relaxed)
}

/// Gives a port to the coordinator; false if this thread is not connected.
fn pass_on(number: u32, port: &MessagePort) -> bool {
    port_to_coordinator().is_some_and(|coordinator| {
        let message = Message::new();
        message.set_number(number);
        message.set_port(port);
        coordinator.post_with(&message, &Array::of1(port)).is_ok()
    })
}

/// This thread's own port to the coordinator.
fn port_to_coordinator() -> Option<MessagePort> {
    connection(|connection| Some(connection.as_ref()?.port.clone()))
}

/// Sends all that is compiled over a port of the coordinator, and keeps the port; false if the thread at the other end
/// cannot have it.
fn adopt(number: u32, through: Option<u32>, port: MessagePort) -> bool {
    let mut known = instances::modules().into_iter();
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
    let new = Connected {
        number,
        through,
        port,
        _listeners: [on_message, on_close],
    };
    connected(|threads| threads.push(new));
}

/// On the coordinator: forgets a thread that has ended, and those that it has started.
fn drop_with_children(number: u32) {
    // In a task of its own: a listener that is running may be one of those that go.
    js::spawn(async move {
        let mut gone = vec![number];
        let mut at = 0;
        let dropped = connected(|threads| {
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

/// Sends a compiled chunk to all threads that are connected, those of audio among them.
pub(super) fn send(chunk: ChunkIndex, module: &Module) {
    let ports: Vec<MessagePort> = connected(|threads| {
        let ports = threads.iter().map(|thread| thread.port.clone());
        ports.collect()
    });
    for port in ports {
        // A thread that cannot have it compiles the bytes.
        let _ = send_to(&port, chunk, module);
    }
}

fn send_to(port: &MessagePort, chunk: ChunkIndex, module: &Module) -> Result<(), JsValue> {
    port.post(&compiled(chunk, Some(module)))
}

/// What brings a compiled chunk to a thread, over any port; without a module, the thread compiles the bytes in memory.
pub(crate) fn compiled(chunk: ChunkIndex, module: Option<&Module>) -> Message {
    let message = Message::new();
    message.set_chunk(chunk.0);
    if let Some(module) = module {
        message.set_module(module);
    }
    message
}

/// All that this thread has compiled or received, for the start message of another.
pub(crate) fn all_compiled() -> Array {
    let modules = instances::modules().into_iter();
    modules
        .map(|(chunk, module)| compiled(chunk, Some(&module)))
        .collect()
}

/// Keeps what came with the start message.
pub(crate) fn keep_compiled(messages: &Array) {
    for message in messages.iter() {
        receive_message(&message.unchecked_into());
    }
}

/// Keeps a compiled chunk that has come to this thread, in whichever way.
pub(super) fn receive(chunk: ChunkIndex, module: Option<Module>) {
    if let Some(module) = module {
        instances::keep(chunk, module);
    }
}

fn receive_message(message: &Message) {
    receive(ChunkIndex(message.chunk()), message.module());
}

/// Receives compiled chunks over `port` from now on.
pub(crate) fn connect(port: MessagePort) {
    let on_message = Closure::new(|event: MessageEvent| {
        receive_message(&event.data());
        wake();
    });
    // The engine cannot deliver modules.
    let on_error = Closure::new(|_| {
        connection(|connection| {
            if let Some(connection) = connection {
                connection.delivers = false;
            }
        });
        wake();
    });
    port.on_message(Some(function(&on_message)));
    port.on_message_error(Some(function(&on_error)));
    let new = Connection {
        port,
        delivers: true,
        waiting: Vec::new(),
        _listeners: [on_message, on_error],
    };
    let old = connection(|connection| connection.replace(new));
    drop(old);
}

/// Tells the coordinator that it need not send anything any more.
pub(crate) fn disconnect() {
    let old = connection(Option::take);
    if let Some(connection) = old {
        let _ = connection.port.post(&Message::new());
    }
}

fn wake() {
    let wakers = connection(|connection| {
        let connection = connection.as_mut();
        connection.map(|connection| std::mem::take(&mut connection.waiting))
    });
    wakers.into_iter().flatten().for_each(Waker::wake);
}

/// Done when the compiled chunk that the coordinator has sent is here, or will not come.
pub(super) async fn arrival(chunk: ChunkIndex) {
    let arrived = std::future::poll_fn(|context| {
        if instances::module(chunk).is_some() {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        connection(|connection| match connection {
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

/// A channel to the coordinator for another thread.
pub(crate) struct Channel {
    number: u32,
    port: MessagePort,
}

impl Channel {
    /// For a thread that is about to start, with [all that this one has](all_compiled); none if this thread is not
    /// connected to the coordinator itself.
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
        if role::is_here() {
            drop_with_children(self.number);
        } else if let Some(coordinator) = port_to_coordinator() {
            let message = Message::new();
            message.set_number(self.number);
            // If the port is closed, the coordinator has ended.
            let _ = coordinator.post(&message);
        }
    }
}
