//! What one thread made in a chunk, used on threads that never loaded the chunk: in both directions, and later.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Wake, Waker};

use host::{log, opaque};
use wasm_cleave::{threads, wasm_split};

/// All kinds of pointers into a chunk.
pub struct Things {
    closure: Box<dyn Fn(u32) -> u32 + Send + Sync>,
    function: fn(u32) -> u32,
    waker: Waker,
    dropped: Arc<AtomicU32>,
    guard: Option<Box<dyn Guard>>,
    data: fn(u32) -> [u32; 4],
}

/// Something whose destructor lies in a chunk.
pub trait Guard: Send + Sync {}

static WOKEN: AtomicU32 = AtomicU32::new(0);

mod chunk {
    use super::*;

    static COUNT: AtomicU32 = AtomicU32::new(100);
    static mut TABLE: [u32; 3] = [7, 8, 9];
    static BUILT: OnceLock<u32> = OnceLock::new();

    thread_local! {
        static HERE: Cell<u32> = const { Cell::new(1000) };
    }

    struct Counted;

    impl Wake for Counted {
        fn wake(self: Arc<Self>) {
            WOKEN.fetch_add(1, Ordering::Relaxed);
        }
    }

    struct Dropped(Arc<AtomicU32>);

    impl Guard for Dropped {}

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(opaque(1), Ordering::Relaxed);
        }
    }

    /// A static that is counted up, a table that is changed, what the first caller built, and a thread's own number.
    fn data(value: u32) -> [u32; 4] {
        let count = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
        // SAFETY: `travel` uses things one after another: it awaits each thread before it goes on.
        let table = unsafe { &mut *&raw mut TABLE };
        let old = std::mem::replace(&mut table[1], value);
        HERE.set(HERE.get() + 1);
        [count, old, *BUILT.get_or_init(|| value), HERE.get()]
    }

    fn triple(value: u32) -> u32 {
        opaque(value) * 3
    }

    pub(super) fn things(added: u32) -> Things {
        let dropped = Arc::new(AtomicU32::new(0));
        Things {
            closure: Box::new(move |value| opaque(value) + added),
            function: triple,
            waker: Arc::new(Counted).into(),
            guard: Some(Box::new(Dropped(dropped.clone()))),
            dropped,
            data,
        }
    }
}

#[wasm_split(objects)]
fn things(added: u32) -> Things {
    chunk::things(added)
}

impl Things {
    /// Uses all of them; the guard is dropped the first time.
    fn try_out(&mut self, value: u32) -> (u32, u32, u32, u32, [u32; 4]) {
        let before = WOKEN.load(Ordering::Relaxed);
        self.waker.wake_by_ref();
        self.waker.clone().wake();
        drop(self.guard.take());
        (
            (self.closure)(value),
            (self.function)(value),
            WOKEN.load(Ordering::Relaxed) - before,
            self.dropped.load(Ordering::Relaxed),
            (self.data)(value),
        )
    }
}

pub async fn travel() {
    // From here to a thread that never loads it, and back.
    let mut made = things(5).await.expect("loads");
    let thread = threads::spawn(move || {
        let out = made.try_out(10);
        (out, made.try_out(11), made)
    });
    let (first, second, mut made) = thread.expect("starts").await.expect("does not fail");
    log!("there {first:?} {second:?}");
    log!("here {:?}", made.try_out(12));

    // From a thread to here, and to another one that starts later.
    let thread = threads::spawn(|| things(6).wait().expect("loads"));
    let mut made = thread.expect("starts").await.expect("does not fail");
    log!("from there {:?}", made.try_out(20));
    let later = threads::spawn_async(move || async move { made.try_out(21) });
    log!(
        "later {:?}",
        later.expect("starts").await.expect("does not fail")
    );

    // A closure of the chunk is what a thread runs first.
    let made = things(7).await.expect("loads");
    let closure = made.closure;
    let thread = threads::spawn(move || closure(30));
    log!("started with it {:?}", thread.expect("starts").await);
}
