//! Things that one thread makes in a chunk are used on threads that have never heard of it.
//!
//! `scenario.mjs` says what happens; a host beside it plays the main thread and the Workers.

mod chunk;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};
use std::task::Waker;

use wasm_bindgen::prelude::*;
use wasm_cleave::{LoadError, chunk_counters, split, threads, wasm_split};

/// All that an object of the chunk can be asked.
pub trait Probe: Send + Sync {
    /// Something that depends on the arguments of the chunk's function.
    fn times(&self, factor: u32) -> u32;
    /// Adds one to a static of the chunk that begins with 100.
    fn count(&self) -> u32;
    /// Adds one to a thread-local of the chunk that begins with 1000.
    fn count_here(&self) -> u32;
    /// Swaps a value into a table of the chunk that begins with 1, 2, 3.
    fn swap(&self, at: usize, value: u32) -> u32;
    /// The argument of the first call on any thread.
    fn first(&self, value: u32) -> u32;
}

type Object = Box<dyn Probe>;
type Closure = Box<dyn Fn(u32) -> u32 + Send + Sync>;
type Function = fn(u32) -> u32;

/// The sum of the values of all objects that were dropped.
static DROPPED: AtomicU32 = AtomicU32::new(0);

/// How often wakers were woken.
static WOKEN: AtomicU32 = AtomicU32::new(0);

#[wasm_split(things)]
fn make_object(value: u32) -> Object {
    chunk::object(value)
}

#[wasm_split(things)]
fn make_closure(added: u32) -> Closure {
    Box::new(move |value| value + added)
}

#[wasm_split(things)]
fn make_function() -> Function {
    chunk::double
}

#[wasm_split(things)]
fn make_waker() -> Waker {
    chunk::waker()
}

/// What a thread may hold of the chunk.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Kind {
    Object,
    Closure,
    Function,
    Waker,
    /// An object whose destructor is what is called.
    Drop,
}

fn address<T>(thing: T) -> u32 {
    Box::into_raw(Box::new(thing)) as u32
}

/// The address of a new thing.
#[wasm_bindgen]
pub async fn make(kind: Kind, value: u32) -> Result<u32, LoadError> {
    Ok(match kind {
        Kind::Object | Kind::Drop => address(make_object(value).await?),
        Kind::Closure => address(make_closure(value).await?),
        Kind::Function => address(make_function().await?),
        Kind::Waker => address(make_waker().await?),
    })
}

/// The address of an object that is made at once, if it can be; 0 otherwise.
#[wasm_bindgen]
pub fn make_now(value: u32) -> u32 {
    make_object(value).try_now().map_or(0, address)
}

/// The address of an object that a thread of the global pool makes.
#[wasm_bindgen]
pub async fn make_in_pool(value: u32) -> Result<u32, JsValue> {
    let made = threads::install(move || make_object(value).wait()).await?;
    Ok(address(made?))
}

/// Uses a thing, whose kind must be that which it was made with. What is to be dropped is not to be used again.
#[wasm_bindgen]
pub fn try_out(kind: Kind, address: u32, value: u32) -> Vec<u32> {
    // SAFETY: `make` has made the thing at this address with the type that belongs to its kind, and nobody has it
    // exclusively, unless the host drops it, once.
    unsafe {
        match kind {
            Kind::Object => {
                let object = &*(address as *const Object);
                let (times, count, here) =
                    (object.times(value), object.count(), object.count_here());
                vec![
                    times,
                    count,
                    here,
                    object.swap(1, value),
                    object.first(value),
                ]
            }
            Kind::Closure => vec![(*(address as *const Closure))(value)],
            Kind::Function => vec![(*(address as *const Function))(value)],
            Kind::Waker => {
                let before = WOKEN.load(Ordering::Relaxed);
                (*(address as *const Waker)).wake_by_ref();
                vec![WOKEN.load(Ordering::Relaxed) - before]
            }
            Kind::Drop => {
                let before = DROPPED.load(Ordering::Relaxed);
                drop(Box::from_raw(address as *mut Object));
                vec![DROPPED.load(Ordering::Relaxed) - before]
            }
        }
    }
}

#[wasm_bindgen]
pub fn is_loaded() -> bool {
    split!(things).is_loaded()
}

/// Addresses that were sent, by kind; 0 until then.
static MAIL: Mutex<[u32; 5]> = Mutex::new([0; 5]);
static ARRIVED: Condvar = Condvar::new();
static PARKED: AtomicU32 = AtomicU32::new(0);

/// Blocks this thread until a thing of this kind is sent, uses it, and returns what came out.
#[wasm_bindgen]
pub fn park(kind: Kind, value: u32) -> Vec<u32> {
    let mut mail = MAIL.lock().unwrap();
    PARKED.fetch_add(1, Ordering::Relaxed);
    while mail[kind as usize] == 0 {
        mail = ARRIVED.wait(mail).unwrap();
    }
    let address = mail[kind as usize];
    drop(mail);
    try_out(kind, address, value)
}

/// How many threads have come to `park`.
#[wasm_bindgen]
pub fn parked() -> u32 {
    PARKED.load(Ordering::Relaxed)
}

/// False if the mail is locked: the main thread must not wait for it.
#[wasm_bindgen]
pub fn send(kind: Kind, address: u32) -> bool {
    let Ok(mut mail) = MAIL.try_lock() else {
        return false;
    };
    mail[kind as usize] = address;
    ARRIVED.notify_all();
    true
}

/// Of each chunk: fetches, compilations, instantiations, stub hits.
#[wasm_bindgen]
pub fn counted() -> Vec<u32> {
    let chunks = chunk_counters();
    chunks
        .iter()
        .flat_map(|chunk| {
            [
                chunk.fetches,
                chunk.compilations,
                chunk.instantiations,
                chunk.stub_hits,
            ]
        })
        .collect()
}
