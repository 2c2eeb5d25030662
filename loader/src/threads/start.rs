//! How a thread begins: what the Worker receives, and what it runs.
//!
//! 1. [`Builder`] makes a [`Start`], which holds the closure and the [`Room`] that the thread needs, and hands its address,
//!    the module and the memory to a new Worker, which runs a script that the splitter writes.
//! 2. The Worker instantiates main, which finds its stack and its thread-local data there, and calls the export [`run`].
//!    That takes the closure out of the `Start` and runs it; what it returns goes to a place that the [`JoinHandle`] knows, in
//!    shared memory.
//! 3. When the closure has returned (or its future is done), or has thrown, the Worker gives stack and thread-local
//!    data back, tells the thread that started it how it went, and closes.
//!
//! The thread that started it learns of its end by a message or an event, so it never blocks and may be the page.

use std::sync::Arc;

use js_sys::{Array, Object, Promise};
use wasm_bindgen::prelude::*;

use super::closure::{Job, Start, Task};
use super::error::{SpawnError, SpawnErrorKind};
use super::handle::JoinHandle;
use super::handoff::Handoff;
use super::js;
use super::room::{Room, STACK};
use crate::contract::messages;
use crate::js::{MessagePort, set};
use crate::shared::connection::{self, Channel};
use crate::shared::coordinator;

/// How a thread is to be started.
///
/// ```no_run
/// # #[cfg(target_feature = "atomics")]
/// # async fn sum(numbers: Vec<u64>) -> Result<u64, Box<dyn std::error::Error>> {
/// use wasm_cleave::threads::Builder;
///
/// let thread = Builder::new().name("sum").stack_size(256 << 10);
/// let handle = thread.spawn(move || numbers.iter().sum::<u64>())?;
/// Ok(handle.await?)
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it spawns"]
pub struct Builder {
    name: Option<String>,
    stack_size: Option<usize>,
    is_of_pool: bool,
}

impl Builder {
    /// A thread without a name, with a stack of 2 MiB.
    pub fn new() -> Self {
        Builder::default()
    }

    /// What the thread is called in errors, and in Node's inspector.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The size of the thread's stack in bytes, rounded up to a multiple of 64 KiB.
    ///
    /// Default: 2 MiB.
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.stack_size = Some(bytes);
        self
    }

    /// Of a pool: in Node it does not keep the program running.
    #[cfg(feature = "rayon")]
    pub(super) fn of_pool(mut self) -> Self {
        self.is_of_pool = true;
        self
    }

    /// Starts a thread that runs `work` and ends when it returns.
    ///
    /// A thread that the caller has just started begins to run only when the caller returns to its event loop (in some
    /// engines): do not wait for it by spinning or blocking. `work` may block, unless it starts threads itself.
    ///
    /// # Errors
    /// When the engine refuses to start a Worker that shares the memory, or the memory has no room for its stack.
    pub fn spawn<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<JoinHandle<T>, SpawnError> {
        let outcome = Arc::new(Handoff::default());
        let place = Arc::clone(&outcome);
        let job = move || {
            place.put(work());
            None
        };
        self.start(outcome, Box::new(job), None)
    }

    /// Starts a thread that runs the future made by `work` on its own event loop, and ends when that is done.
    ///
    /// An error that nobody catches ends it too, wherever on its event loop it is thrown; so does a rejected promise
    /// that nobody handles.
    ///
    /// # Errors
    /// When the engine refuses to start a Worker that shares the memory, or the memory has no room for its stack.
    pub fn spawn_async<F>(
        self,
        work: impl FnOnce() -> F + Send + 'static,
    ) -> Result<JoinHandle<F::Output>, SpawnError>
    where
        F: Future + 'static,
        F::Output: Send + 'static,
    {
        let outcome = Arc::new(Handoff::default());
        let place = Arc::clone(&outcome);
        let job = move || -> Option<Task> {
            let future = work();
            Some(Box::pin(async move { place.put(future.await) }))
        };
        coordinator::become_coordinator();
        self.start(outcome, Box::new(job), Channel::to_new_thread())
    }

    /// `channel` leads from the thread to the coordinator, if the thread is going to have an event loop that can use it.
    fn start<T>(
        self,
        outcome: Arc<Handoff<T>>,
        job: Job,
        channel: Option<Channel>,
    ) -> Result<JoinHandle<T>, SpawnError> {
        coordinator::become_coordinator();
        let message = Object::new();
        let room = match Room::reserve(self.stack_size.unwrap_or(STACK)) {
            Ok(room) => room,
            Err(no_room) => {
                if let Some(channel) = channel {
                    channel.close();
                }
                return Err(SpawnError::new(
                    SpawnErrorKind::NoMemory,
                    no_room.to_string(),
                ));
            }
        };
        room.describe(&message);
        let start = Arc::new(Start::new(job, room));
        // The Worker's share. It is lost if the Worker never runs, since nobody can tell that it will not any more.
        let address = Arc::into_raw(start.clone());
        set(&message, messages::MODULE, &wasm_bindgen::module());
        set(&message, messages::MEMORY, &wasm_bindgen::memory());
        set(&message, messages::MODULES, &connection::all_compiled());
        if let Some(channel) = &channel {
            set(&message, messages::PORT, channel.port());
        }
        set(
            &message,
            messages::START,
            &JsValue::from_f64(address as usize as f64),
        );
        set(&message, messages::POOL, &self.is_of_pool.into());
        if let Some(name) = &self.name {
            set(&message, messages::NAME, &name.as_str().into());
        }
        match js::worker(&message) {
            Ok(worker) => {
                if let Some(channel) = channel {
                    channel.close_after(worker.ended().into_future());
                }
                Ok(JoinHandle::new(worker, start, outcome, self.name))
            }
            Err(thrown) => {
                if let Some(channel) = channel {
                    channel.close();
                }
                // SAFETY: the address came from `into_raw` above, and no Worker has received it.
                drop(unsafe { Arc::from_raw(address) });
                Err(SpawnError::thrown(&thrown))
            }
        }
    }
}

/// The Worker calls this once, with the address of its [`Start`], the compiled chunks that it was given, and its channel to
/// the coordinator. Not for use by hand.
#[doc(hidden)]
#[wasm_bindgen(js_name = __cleave_thread, skip_typescript)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn run(address: usize, modules: &Array, port: Option<MessagePort>) -> Option<Promise> {
    // SAFETY: `Builder::start` has made the address from an `Arc` of the same type, and the start message, which
    // carries it, goes to one Worker, which calls this once.
    let start = unsafe { Arc::from_raw(address as *const Start) };
    // First of all, so that a failure of what follows leaves the room alone.
    let job = start.begin();
    drop(start);
    connection::keep_compiled(modules);
    if let Some(port) = port {
        connection::connect(port);
    }
    let task = job?()?;
    Some(js_sys::futures::future_to_promise(async {
        task.await;
        Ok(JsValue::UNDEFINED)
    }))
}
