//! Where a new thread has its stack and its thread-local data: room that the thread which starts it has allocated.
//!
//! wasm-bindgen's start function (0.2.130) allocates both on the new thread, the stack while it holds a lock that every
//! thread takes when it starts and when it ends. If memory has no room, it traps there, and no thread ever starts again.
//! To look for room before is not enough: threads that start together all see the same room, and every other thread may
//! allocate in the meantime. So:
//!
//! 1. [`Room::reserve`] allocates both blocks on the thread that starts the other one. It fails there, with an error that
//!    says how much is missing, when no Worker exists yet.
//! 2. The start message carries the addresses. The script of the new thread writes them into two globals of its instance
//!    before it calls the start function (`begin.js` of the splitter).
//! 3. The start function's allocator, which the splitter has replaced, takes what the globals hold: it cannot fail. The
//!    blocks are never free between 1 and 3, so nobody else can take them.
//! 4. They have the layouts with which wasm-bindgen frees a stack and thread-local data. The thread gives them back when
//!    it ends, as if it had allocated them.
//! 5. Where the engine says that a thread will never begin, dropping the [`Room`] frees them.

use std::alloc::{Layout, alloc, dealloc};
use std::fmt;

use js_sys::Object;
use wasm_bindgen::JsValue;

use crate::contract::{TLS_ALIGN, TLS_SIZE, messages};
use crate::js::{get, set};

/// The stack of a thread for which no other size is wanted, in bytes: that of wasm-bindgen.
pub(crate) const STACK: usize = 2 << 20;

/// What wasm-bindgen allocates and frees stacks in multiples of, and how it aligns them.
const PAGE: usize = 64 << 10;
const STACK_ALIGN: usize = 16;

/// How much more memory there has to be when a thread starts: so that it can do something.
const BESIDES: usize = 128 << 10;

/// The memory that a thread needs before it can run anything.
pub(crate) struct Room {
    stack: Block,
    tls: Block,
}

/// Memory has no room for that many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoRoom(usize);

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the memory has no room for ")?;
        fmt::Display::fmt(&self.0, f)?;
        f.write_str(" bytes, its stack and what it needs to begin")
    }
}

impl Room {
    /// Allocates a stack of at least so many bytes, and what goes with it.
    pub(crate) fn reserve(stack_size: usize) -> Result<Room, NoRoom> {
        let exports = wasm_bindgen::exports();
        let global = |name| get(&get(&exports, name), "value").as_f64().unwrap_or(0.0) as usize;
        let (tls_size, tls_align) = (global(TLS_SIZE), global(TLS_ALIGN));
        let size = stack_size.max(1).checked_next_multiple_of(PAGE);
        let size = size.unwrap_or(stack_size);
        let needed = NoRoom(size.saturating_add(tls_size).saturating_add(BESIDES));
        let reserve = || {
            let room = Room {
                stack: Block::allocate(size, STACK_ALIGN)?,
                tls: Block::allocate(tls_size, tls_align.max(1))?,
            };
            Block::allocate(BESIDES, 1).map(|_| room)
        };
        reserve().ok_or(needed)
    }

    /// Adds to a start message what `begin.js` reads.
    pub(crate) fn describe(&self, message: &Object) {
        let room = Object::new();
        for (name, number) in [
            (messages::SIZE, self.stack.layout.size()),
            (messages::STACK, self.stack.address as usize),
            (messages::TLS, self.tls.address as usize),
        ] {
            set(&room, name, &JsValue::from_f64(number as f64));
        }
        set(message, messages::ROOM, &room);
    }

    /// Notes that a thread has it, or may have it.
    pub(crate) fn leave(self) {
        std::mem::forget(self);
    }
}

/// Allocated memory.
struct Block {
    address: *mut u8,
    layout: Layout,
}

// SAFETY: nothing but the allocator refers to it, which serves all threads.
unsafe impl Send for Block {}

impl Block {
    fn allocate(size: usize, align: usize) -> Option<Block> {
        let layout = Layout::from_size_align(size, align).ok()?;
        if size == 0 {
            // As wasm-bindgen: some address with this alignment.
            let address = std::ptr::without_provenance_mut(align);
            return Some(Block { address, layout });
        }
        // SAFETY: the size is not zero.
        let address = unsafe { alloc(layout) };
        // Else the compiler sees that nobody uses what is freed again, and does not try.
        let address = std::hint::black_box(address);
        // Only then: a block that is dropped is freed.
        (!address.is_null()).then(|| Block { address, layout })
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if self.layout.size() > 0 {
            // SAFETY: it was allocated with this layout, and no thread has it.
            unsafe { dealloc(self.address, self.layout) };
        }
    }
}
