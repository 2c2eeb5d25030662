//! Objects that one thread makes in a chunk are used on threads that have never heard of it.
//!
//! `host.cjs` plays the page and the workers.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};

use wasm_bindgen::prelude::*;
use wasm_cleave::{LoadError, counters, split, wasm_split};

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

static DROPPED: AtomicU32 = AtomicU32::new(0);

mod chunk {
    use std::cell::Cell;
    use std::sync::OnceLock;

    use super::*;

    static COUNT: AtomicU32 = AtomicU32::new(100);
    static TABLE: Mutex<[u32; 3]> = Mutex::new([1, 2, 3]);
    static FIRST: OnceLock<u32> = OnceLock::new();

    thread_local! {
        static HERE: Cell<u32> = const { Cell::new(1000) };
    }

    pub(super) struct Thing(pub(super) u32);

    impl Probe for Thing {
        fn times(&self, factor: u32) -> u32 {
            self.0 * factor
        }

        fn count(&self) -> u32 {
            COUNT.fetch_add(1, Ordering::Relaxed) + 1
        }

        fn count_here(&self) -> u32 {
            HERE.set(HERE.get() + 1);
            HERE.get()
        }

        fn swap(&self, at: usize, value: u32) -> u32 {
            let mut table = TABLE.lock().unwrap();
            std::mem::replace(&mut table[at], value)
        }

        fn first(&self, value: u32) -> u32 {
            *FIRST.get_or_init(|| value)
        }
    }

    impl Drop for Thing {
        fn drop(&mut self) {
            DROPPED.fetch_add(self.0, Ordering::Relaxed);
        }
    }

    pub(super) fn double(value: u32) -> u32 {
        std::hint::black_box(value) * 2
    }
}

#[wasm_split(things)]
fn make_thing(value: u32) -> Object {
    Box::new(chunk::Thing(value))
}

#[wasm_split(things)]
fn make_closure(added: u32) -> Box<dyn Fn(u32) -> u32 + Send + Sync> {
    Box::new(move |value| value + added)
}

#[wasm_split(things)]
fn double() -> fn(u32) -> u32 {
    chunk::double
}

/// The address of a new object.
#[wasm_bindgen]
pub async fn make(value: u32) -> Result<u32, LoadError> {
    let object = make_thing(value).await?;
    Ok(Box::into_raw(Box::new(object)) as u32)
}

/// The address of a new closure.
#[wasm_bindgen]
pub async fn closure(added: u32) -> Result<u32, LoadError> {
    let closure = make_closure(added).await?;
    Ok(Box::into_raw(Box::new(closure)) as u32)
}

/// A function pointer, as a number.
#[wasm_bindgen]
pub async fn pointer() -> Result<u32, LoadError> {
    Ok(double().await? as usize as u32)
}

#[wasm_bindgen]
pub fn call_closure(closure: u32, value: u32) -> u32 {
    // SAFETY: the host passes what `closure` gave.
    let closure = unsafe { &*(closure as *const Box<dyn Fn(u32) -> u32 + Send + Sync>) };
    closure(value)
}

#[wasm_bindgen]
pub fn call_function(function: u32, value: u32) -> u32 {
    // SAFETY: the host passes what `pointer` gave.
    let function: fn(u32) -> u32 = unsafe { std::mem::transmute(function) };
    function(value)
}

fn object(address: u32) -> &'static Object {
    // SAFETY: the host passes what `make` gave, and does not use it after `destroy`.
    unsafe { &*(address as *const Object) }
}

/// Uses an object in all ways: `times`, `count`, `count_here`, `swap`, `first`.
#[wasm_bindgen]
pub fn use_object(address: u32, value: u32) -> Vec<u32> {
    let object = object(address);
    vec![
        object.times(value),
        object.count(),
        object.count_here(),
        object.swap(1, value),
        object.first(value),
    ]
}

/// Drops an object; returns the sum of all values dropped so far.
#[wasm_bindgen]
pub fn destroy(address: u32) -> u32 {
    // SAFETY: the host passes what `make` gave, and does not use it again.
    drop(unsafe { Box::from_raw(address as *mut Object) });
    DROPPED.load(Ordering::Relaxed)
}

#[wasm_bindgen]
pub fn is_loaded() -> bool {
    split!(things).is_loaded()
}

/// Runs a split function at once, if it can be run; 0 otherwise.
#[wasm_bindgen]
pub fn make_now(value: u32) -> u32 {
    match make_thing(value).try_now() {
        Ok(object) => Box::into_raw(Box::new(object)) as u32,
        Err(_) => 0,
    }
}

static MAIL: Mutex<Option<u32>> = Mutex::new(None);
static ARRIVED: Condvar = Condvar::new();
static PARKED: AtomicU32 = AtomicU32::new(0);

/// Blocks this thread until an object is sent, uses it, and returns what came out.
#[wasm_bindgen]
pub fn park(value: u32) -> Vec<u32> {
    let mut mail = MAIL.lock().unwrap();
    PARKED.fetch_add(1, Ordering::Relaxed);
    let address = loop {
        match *mail {
            Some(address) => break address,
            None => mail = ARRIVED.wait(mail).unwrap(),
        }
    };
    drop(mail);
    use_object(address, value)
}

/// How many threads have come to `park`.
#[wasm_bindgen]
pub fn parked() -> u32 {
    PARKED.load(Ordering::Relaxed)
}

#[wasm_bindgen]
pub fn send(address: u32) {
    *MAIL.lock().unwrap() = Some(address);
    ARRIVED.notify_all();
}

/// Of each chunk: fetches, compilations, instantiations, stub hits.
#[wasm_bindgen]
pub fn counted() -> Vec<u32> {
    let chunks = counters();
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
