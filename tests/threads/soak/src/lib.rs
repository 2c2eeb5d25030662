//! 200 chunks and 8 threads, in random order: every thread calls a function of each chunk, some blocking and some not,
//! and calls what others have made there.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use host::{check, is_split, log, opaque};
use wasm_bindgen::prelude::*;
use wasm_cleave::{LoadError, chunk_counters, threads, wasm_split};

const THREADS: u32 = 8;

/// What a chunk makes: a closure with code of the chunk, which counts its calls in a static of the chunk.
type Object = Box<dyn Fn(u32) -> (u32, u32) + Send + Sync>;

type Loading = Pin<Box<dyn Future<Output = Result<Object, LoadError>>>>;

/// How to call a split function: blocking, and on the event loop.
type Chunk = (fn(u32) -> Result<Object, LoadError>, fn(u32) -> Loading);

fn object(count: &'static AtomicU32, act: impl Fn(u32) -> u32 + Send + Sync + 'static) -> Object {
    Box::new(move |it| (act(it), count.fetch_add(1, Ordering::Relaxed) + 1))
}

include!(concat!(env!("OUT_DIR"), "/chunks.rs"));

/// What the object of a chunk must answer.
fn expected(number: u32, value: u32, it: u32) -> u32 {
    opaque(it).rotate_left(number % 31) ^ (value + number * 77)
}

/// Objects that threads leave for others: chunk, value, object.
type Mail = Arc<Mutex<Vec<(u32, u32, Object)>>>;

/// A small generator, so that a run can be repeated from its seed.
struct Random(u32);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % end
    }

    /// All chunks, in an order of its own.
    fn order(&mut self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..CHUNKS.len() as u32).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, self.below(at as u32 + 1) as usize);
        }
        order
    }
}

/// Calls made in each chunk, by all threads.
static CALLS: [AtomicU32; 200] = [const { AtomicU32::new(0) }; 200];
static WRONG: AtomicU32 = AtomicU32::new(0);

fn call(number: u32, value: u32, object: &Object, it: u32) {
    let (result, count) = object(it);
    CALLS[number as usize].fetch_add(1, Ordering::Relaxed);
    if result != expected(number, value, it) || count <= number * 1000 {
        WRONG.fetch_add(1, Ordering::Relaxed);
    }
}

/// Uses a new object, leaves it for others, and uses one of theirs.
fn exchange(number: u32, value: u32, made: Object, mail: &Mail) {
    call(number, value, &made, value);
    let mut mail = mail.lock().expect("no thread fails");
    let at = value as usize % (mail.len() + 1);
    mail.insert(at, (number, value, made));
    if let Some((number, value, theirs)) = mail.pop() {
        drop(mail);
        call(number, value, &theirs, 9);
    }
}

fn blocking(seed: u32, mail: &Mail) -> Result<(), LoadError> {
    let mut random = Random(seed);
    for number in random.order() {
        let value = random.below(1000);
        let made = (CHUNKS[number as usize].0)(value)?;
        exchange(number, value, made, mail);
    }
    Ok(())
}

async fn awaiting(seed: u32, mail: Mail) -> Result<(), LoadError> {
    let mut random = Random(seed);
    for number in random.order() {
        let value = random.below(1000);
        let made = (CHUNKS[number as usize].1)(value).await?;
        exchange(number, value, made, &mail);
    }
    Ok(())
}

#[wasm_bindgen]
pub async fn run() {
    let seed = (js_sys::Math::random() * 1e9) as u32 | 1;
    let mail = Mail::default();
    let threads: Vec<_> = (0..THREADS)
        .map(|n| {
            let (seed, mail) = (seed.wrapping_add(n * 7919) | 1, mail.clone());
            match n % 2 {
                0 => threads::spawn(move || blocking(seed, &mail)),
                _ => threads::spawn_async(move || awaiting(seed, mail)),
            }
            .expect("starts")
        })
        .collect();
    for thread in threads {
        match thread.await {
            Ok(Ok(())) => {}
            other => log!("WRONG {other:?}, seed {seed}"),
        }
    }
    if WRONG.load(Ordering::Relaxed) > 0 {
        log!("WRONG {WRONG:?} results, seed {seed}");
    }
    finish(seed).await;
    log!("all right");
}

/// The page sees what all threads have left in the chunks' statics; and each chunk was fetched once.
async fn finish(seed: u32) {
    for (number, chunk) in (0..).zip(&CHUNKS) {
        let calls = CALLS[number as usize].load(Ordering::Relaxed);
        match (chunk.1)(1).await {
            Ok(object) => {
                let count = object(1).1;
                if count != number * 1000 + calls + 1 {
                    log!("WRONG chunk {number}: {count} after {calls} calls, seed {seed}");
                }
            }
            Err(error) => log!("WRONG {error}, seed {seed}"),
        }
    }
    if is_split() {
        let counters = chunk_counters();
        check!(counters.len() >= CHUNKS.len());
        for chunk in counters {
            if chunk.fetches != 1 || chunk.instantiations > THREADS + 1 {
                log!("WRONG {chunk:?}, seed {seed}");
            }
        }
    }
}
