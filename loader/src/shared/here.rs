//! What this thread has of each chunk: a compiled module, an instance. Step 2 of `publish.rs`.
//!
//! Stubs come here in the middle of any code, so nothing is borrowed, and no string crosses to JavaScript.

use std::cell::{Cell, OnceCell};

use js_sys::{Function, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::program::Program;
use crate::ids::ChunkIndex;
use crate::js::{self, Exports, Imports, Instance, Module};

thread_local! {
    static HERE: OnceCell<Box<[Here]>> = const { OnceCell::new() };
}

/// One chunk on this thread.
#[derive(Default)]
struct Here {
    linked: Cell<bool>,
    module: Cell<Option<Module>>,
    /// What writes the chunk's data: of an instance that was made before the chunk was ready, if the chunk has data.
    init: Cell<Option<Function>>,
}

fn with<T>(chunk: ChunkIndex, f: impl FnOnce(&Here) -> T) -> T {
    HERE.with(|all| {
        let make = || (0..Program::get().len()).map(|_| Here::default());
        f(&all.get_or_init(|| make().collect())[chunk.0 as usize])
    })
}

/// Whether this thread's table holds the functions of `chunk`.
pub(super) fn is_linked(chunk: ChunkIndex) -> bool {
    with(chunk, |here| here.linked.get())
}

/// The compiled chunk, if this thread has it.
pub(super) fn module(chunk: ChunkIndex) -> Option<Module> {
    with(chunk, |here| copy(&here.module))
}

/// Keeps the compiled chunk for this thread.
pub(super) fn keep(chunk: ChunkIndex, module: Module) {
    with(chunk, |here| here.module.set(Some(module)));
}

/// All compiled chunks that this thread has.
pub(super) fn modules() -> Vec<(ChunkIndex, Module)> {
    let chunks = (0..Program::get().len() as u32).map(ChunkIndex);
    chunks
        .filter_map(|chunk| Some((chunk, module(chunk)?)))
        .collect()
}

/// What writes the data of `chunk`, if it has data; to be asked for when the chunk is linked but not ready.
pub(super) fn init(chunk: ChunkIndex) -> Option<Function> {
    with(chunk, |here| copy(&here.init))
}

fn copy<T: Clone>(cell: &Cell<Option<T>>) -> Option<T> {
    let value = cell.take();
    let copy = value.clone();
    cell.set(value);
    copy
}

/// The bytes of a published chunk outside of shared memory: engines need not take a module from there.
pub(super) fn copied_bytes(bytes: &[u8]) -> Uint8Array {
    Uint8Array::new_from_slice(bytes)
}

/// What chunks import.
pub(super) fn imports() -> Imports {
    let imports: Imports = js_sys::Object::new().unchecked_into();
    imports.set_main(&wasm_bindgen::exports());
    imports
}

/// Links `module` with this thread unless that has been done.
pub(super) fn link_now(chunk: ChunkIndex, module: &Module) -> Result<(), JsValue> {
    if !is_linked(chunk) {
        let instance = js::instance(module, &imports())?;
        linked(chunk, &instance);
    }
    Ok(())
}

/// Notes that `chunk` has an instance on this thread.
pub(super) fn linked(chunk: ChunkIndex, instance: &Instance) {
    let shared = Program::get().chunk(chunk);
    shared.instantiations.add_one();
    let exports: Exports = instance.exports();
    with(chunk, |here| {
        here.linked.set(true);
        here.init.set(exports.init());
    });
}
