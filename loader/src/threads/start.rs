//! How a thread begins: what the Worker is told, and what it runs.
//!
//! 1. [`Builder`] makes a [`Start`], which holds the closure, and hands its address, the module and the memory to a new
//!    Worker. The file that the Worker runs is `wasm-cleave-worker.js`, which the splitter writes.
//! 2. The Worker instantiates main, which gives it a stack and thread-local data, and calls the export [`run`]. That
//!    takes the closure out of the `Start` and runs it; what it returns goes to a place that the [`Handle`] knows, in
//!    shared memory.
//! 3. When the closure has returned (or its future is done), or has thrown, the Worker gives stack and thread-local
//!    data back, tells the thread that started it how it went, and closes.
//!
//! Whoever started the thread hears of its end by a message or an event, so it never blocks and may be the page.

use std::sync::Arc;

use js_sys::{Array, Object, Promise};
use wasm_bindgen::prelude::*;

use super::closure::{Job, Start, Task};
use super::error::{ISOLATE, SpawnError};
use super::handle::{Handle, Outcome};
use super::js;
use crate::js::{MessagePort, set, text};
use crate::shared::connection::{self, Channel};
use crate::shared::coordinator;

/// The stack of a thread for which no other size is wanted, in bytes.
const STACK: usize = 2 << 20;

/// How much memory a thread needs beside its stack before it begins: for thread-local data, and to round up.
const BESIDES: usize = 128 << 10;

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
    /// When the engine refuses to start a Worker that shares the memory.
    pub fn spawn<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Handle<T>, SpawnError> {
        let outcome = Outcome::default();
        let place = outcome.clone();
        let job = move || {
            place.set(work());
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
    /// When the engine refuses to start a Worker that shares the memory.
    pub fn spawn_async<F>(
        self,
        work: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Handle<F::Output>, SpawnError>
    where
        F: Future + 'static,
        F::Output: Send + 'static,
    {
        let outcome = Outcome::default();
        let place = outcome.clone();
        let job = move || -> Option<Task> {
            let future = work();
            Some(Box::pin(async move { place.set(future.await) }))
        };
        coordinator::become_coordinator();
        self.start(outcome, Box::new(job), Channel::to_new_thread())
    }

    /// `way` is the thread's way to the coordinator, if it is going to have an event loop that can use it.
    fn start<T>(
        self,
        outcome: Outcome<T>,
        job: Job,
        way: Option<Channel>,
    ) -> Result<Handle<T>, SpawnError> {
        coordinator::become_coordinator();
        let start = Arc::new(Start::new(job));
        // The Worker's share. It is lost if the Worker never runs, since nobody can tell that it will not any more.
        let address = Arc::into_raw(start.clone());
        let message = Object::new();
        set(&message, "module", &wasm_bindgen::module());
        set(&message, "memory", &wasm_bindgen::memory());
        set(&message, "modules", &connection::all_compiled());
        if let Some(way) = &way {
            set(&message, "port", way.port());
        }
        set(
            &message,
            "start",
            &JsValue::from_f64(address as usize as f64),
        );
        if let Some(bytes) = self.stack_size {
            set(&message, "stack", &JsValue::from_f64(whole_pages(bytes)));
        }
        set(&message, "pool", &self.is_of_pool.into());
        if let Some(name) = &self.name {
            set(&message, "name", &name.as_str().into());
        }
        let started = match has_room(self.stack_size.unwrap_or(STACK)) {
            true => js::worker(&message).map_err(|thrown| SpawnError::new(text(&thrown), ISOLATE)),
            false => Err(SpawnError::new(
                "the memory has no room for its stack",
                "free memory, or build with a larger `--max-memory`",
            )),
        };
        match started {
            Ok(worker) => {
                if let Some(way) = way {
                    way.close_after(worker.ended().into_future());
                }
                Ok(Handle::new(worker, start, outcome, self.name))
            }
            Err(error) => {
                if let Some(way) = way {
                    way.close();
                }
                // SAFETY: the address came from `into_raw` above, and no Worker has received it.
                drop(unsafe { Arc::from_raw(address) });
                Err(error)
            }
        }
    }
}

/// Whether a stack can be allocated: a Worker that finds no room for it fails with a lock in its hands that all threads
/// take when they start and when they end.
fn has_room(bytes: usize) -> bool {
    let mut stack = Vec::<u8>::new();
    let is_there = stack
        .try_reserve_exact(bytes.saturating_add(BESIDES))
        .is_ok();
    // Else the compiler sees that nobody uses it, and does not try.
    std::hint::black_box(&stack);
    is_there
}

/// wasm-bindgen takes whole pages of 64 KiB, and none for a default of its own.
fn whole_pages(bytes: usize) -> f64 {
    const PAGE: f64 = 65536.0;
    (bytes.max(1) as f64 / PAGE).ceil() * PAGE
}

/// What the Worker calls, once, with the address of its [`Start`], the compiled chunks that it was given, and its way to
/// the coordinator. Not for use by hand.
#[doc(hidden)]
#[wasm_bindgen(js_name = __cleave_thread, skip_typescript)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn run(address: usize, modules: &Array, port: Option<MessagePort>) -> Option<Promise> {
    connection::keep_compiled(modules);
    if let Some(port) = port {
        connection::connect(port);
    }
    // SAFETY: `Builder::start` has made the address from an `Arc` of the same type, and the start message, which
    // carries it, goes to one Worker, which calls this once.
    let start = unsafe { Arc::from_raw(address as *const Start) };
    let task = start.take()?()?;
    Some(js_sys::futures::future_to_promise(async {
        task.await;
        Ok(JsValue::UNDEFINED)
    }))
}
