//! Where a new thread finds its stack and its thread-local data: where its starter has allocated them.
//!
//! The start function that wasm-bindgen writes (0.2.130) allocates both on the new thread. While it allocates the
//! stack, it holds a lock that every start and every end of a thread takes. If memory has no room, it traps there, the
//! lock stays taken, and no thread ever starts again. So main exports another allocator, which looks into two globals of
//! the instance first:
//!
//! ```text
//!   allocator   if $_given_stack: take it; else if $_given_tls: take it; else call the program's allocator
//!   take        return the global's value, and set the global to 0
//! ```
//!
//! The script of a thread sets the globals before it calls the start function, whose first two allocations then take
//! what the starter has allocated, in this order. Threads that other code starts set nothing, and allocate.

use wasmparser::{ExternalKind, ValType};

use crate::conventions;
use crate::ids::Func;
use crate::read::InputModule;

/// What main needs for that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    /// The program's allocator.
    pub(crate) malloc: Func,
    /// The global that holds the size of thread-local data.
    pub(crate) tls_size: u32,
    /// The global that holds its alignment.
    pub(crate) tls_align: u32,
}

/// None where threads do not share the memory, or wasm-bindgen would not find what it needs for threads either.
pub(super) fn new(input: &InputModule) -> Option<Given> {
    let export = |kind: ExternalKind, name: &str| {
        let mut exports = input.exports.iter();
        let found = exports.find(|export| export.kind == kind && export.name == name);
        found.map(|export| export.index)
    };
    if !input.is_shared() {
        return None;
    }
    let malloc = Func(export(ExternalKind::Func, conventions::BINDGEN_MALLOC)?);
    let ty = &input.types[input.function(malloc).ty.at()];
    let is_known = ty.params() == [ValType::I32; 2] && ty.results() == [ValType::I32];
    (is_known && !input.is_import(malloc)).then_some(Given {
        malloc,
        tls_size: export(ExternalKind::Global, conventions::TLS_SIZE)?,
        tls_align: export(ExternalKind::Global, conventions::TLS_ALIGN)?,
    })
}
