//! Sleeping on a word of shared memory until another thread changes it: blocking, or on the event loop.

use std::sync::atomic::{AtomicU32, Ordering};

use core::arch::wasm32::{memory_atomic_notify, memory_atomic_wait32};

use super::place::Place;
use super::role::place;
use crate::js;
use crate::time::Millis;

/// The longest sleep on the event loop where the engine cannot wait for a word there (Firefox before 145).
const POLL_INTERVAL: Millis = Millis(10.0);

/// How often a Worker that sleeps without a limit looks by itself: WebKitGTK 2.50 does not always wake it.
const WAKE_UP_INTERVAL: Millis = Millis(1_000.0);

/// Wakes all threads that sleep on `word`.
pub(crate) fn notify(word: &AtomicU32) {
    notify_at(word.as_ptr());
}

/// Wakes all threads that sleep on the word at this address, whether or not there is still a word.
pub(crate) fn notify_at(word: *mut u32) {
    // SAFETY: the address is aligned and in memory, and notifying neither reads nor writes there.
    unsafe { memory_atomic_notify(word.cast(), u32::MAX) };
}

/// Sleeps on the event loop while `word` has the value `seen`, at most for `limit`. It may end early.
///
/// The word must live until the end or until the future is dropped: the engine remembers its address.
pub(crate) async fn changed(word: &AtomicU32, seen: u32, limit: Millis) {
    let now = || word.load(Ordering::Relaxed);
    match js::wait_async(word.as_ptr(), seen, limit) {
        js::Wait::Begun(promise) => {
            let mut waiter = Waiter(Some(word));
            // In Node nothing but the timer keeps the thread from ending.
            if js::within(limit, promise).await.is_some() {
                waiter.0 = None;
            }
        }
        js::Wait::Over => {}
        js::Wait::Impossible if now() == seen => {
            js::Timer::new(limit.min(POLL_INTERVAL)).await;
        }
        js::Wait::Impossible => {}
    }
}

/// The engine sleeps on a word for a future. If that is dropped meanwhile, the engine has to wake and forget the word:
/// else it takes the place of a thread that sleeps on what lies there later.
struct Waiter<'a>(Option<&'a AtomicU32>);

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if let Some(word) = self.0 {
            notify(word);
        }
    }
}

/// Sleeps on the event loop while `word` has the value `seen`, without a limit. It may end early.
///
/// In Node it does not keep the program running.
pub(crate) async fn changed_eventually(word: &'static AtomicU32, seen: u32) {
    let limit = match place() {
        Place::Worker => WAKE_UP_INTERVAL,
        Place::Main | Place::Worklet => Millis(f64::INFINITY),
    };
    match js::wait_async(word.as_ptr(), seen, limit) {
        js::Wait::Begun(promise) => {
            let timer = js::Timer::new(limit).letting_program_end();
            drop(js::before(timer, promise).await);
        }
        js::Wait::Over => {}
        js::Wait::Impossible => js::Timer::new(POLL_INTERVAL).await,
    }
}

/// Blocks this thread while `word` has the value `seen`, at most for `limit`. It may end early.
///
/// Only for threads that may block.
pub(crate) fn block(word: &AtomicU32, seen: u32, limit: Millis) {
    let nanoseconds = (limit.0.max(0.0) * 1e6) as i64;
    // SAFETY: the address is aligned and in memory, and waiting reads it atomically.
    unsafe { memory_atomic_wait32(word.as_ptr().cast(), seen as i32, nanoseconds) };
}

/// Blocks this thread for some time. Only for threads that may block.
pub(crate) fn sleep(time: Millis) {
    let nobody = AtomicU32::new(0);
    block(&nobody, 0, time);
}
