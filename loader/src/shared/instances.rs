//! What this thread has of each chunk: a compiled module, an instance. Step 2 of `protocol/publish.rs`.
//!
//! Stubs call this in the middle of any code, so nothing is borrowed, and no string crosses to JavaScript.

use std::cell::Cell;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::common::chunks;
use super::thread::Instance;
use crate::error::{FetchError, LoadErrorKind};
use crate::ids::ChunkIndex;
use crate::js::{self, Exports, Imports, Module};
use crate::state;

/// Above this size Chromium's page compiles and links asynchronously only.
pub(super) const LARGEST_AT_ONCE: u32 = 8 << 20;

fn with<T>(chunk: ChunkIndex, f: impl FnOnce(&Instance) -> T) -> T {
    state::part(|part| {
        let make = || (0..chunks().len()).map(|_| Instance::default());
        let all = part.instances.get_or_init(|| make().collect());
        f(&all[chunk.0 as usize])
    })
}

/// Whether this thread's table holds the functions of `chunk`.
pub(super) fn is_linked(chunk: ChunkIndex) -> bool {
    with(chunk, |instance| instance.linked.get())
}

/// The compiled chunk, if this thread has it.
pub(super) fn module(chunk: ChunkIndex) -> Option<Module> {
    with(chunk, |instance| copy(&instance.module))
}

/// Keeps the compiled chunk for this thread.
pub(super) fn keep(chunk: ChunkIndex, module: Module) {
    with(chunk, |instance| instance.module.set(Some(module)));
}

/// All compiled chunks that this thread has.
pub(super) fn modules() -> Vec<(ChunkIndex, Module)> {
    let chunks = (0..chunks().len() as u32).map(ChunkIndex);
    chunks
        .filter_map(|chunk| Some((chunk, module(chunk)?)))
        .collect()
}

/// What writes the data of `chunk`, if it has data; to be asked for when the chunk is linked but not ready.
pub(super) fn init(chunk: ChunkIndex) -> Option<Function> {
    with(chunk, |instance| copy(&instance.init))
}

fn copy<T: Clone>(cell: &Cell<Option<T>>) -> Option<T> {
    let value = cell.take();
    let copy = value.clone();
    cell.set(value);
    copy
}

/// What chunks import.
fn imports() -> Imports {
    let imports: Imports = js_sys::Object::new().unchecked_into();
    imports.set_main(&wasm_bindgen::exports());
    imports
}

/// Links `module` with this thread unless that has been done, at once.
pub(super) fn link_now(chunk: ChunkIndex, module: &Module) -> Result<(), JsValue> {
    if !is_linked(chunk) {
        let instance = js::instance(module, &imports())?;
        note_linked(chunk, &instance);
    }
    Ok(())
}

/// Links `module` with this thread unless that has been done. A stub may link the chunk first while this waits.
pub(super) async fn link(chunk: ChunkIndex, module: &Module) -> Result<(), FetchError> {
    if !is_large(chunk) {
        return link_now(chunk, module).map_err(refused);
    }
    if !is_linked(chunk) {
        let instance = js::instantiate(module, &imports()).await.map_err(refused)?;
        // If a stub was quicker, the table holds equal functions of two instances, which have no state of their own.
        note_linked(chunk, &instance.unchecked_into());
    }
    Ok(())
}

/// Notes that `chunk` has an instance on this thread.
fn note_linked(chunk: ChunkIndex, instance: &js::Instance) {
    chunks().get(chunk).instantiations.add_one();
    let exports: Exports = instance.exports();
    with(chunk, |instance| {
        instance.linked.set(true);
        instance.init.set(exports.init());
    });
}

/// Whether some threads cannot compile or link `chunk` at once.
pub(super) fn is_large(chunk: ChunkIndex) -> bool {
    state::with(|loads| loads.file(chunk).size) > LARGEST_AT_ONCE
}

/// The compiled chunk, of whose bytes in memory it is made if this thread does not have it, at once.
pub(super) fn compile_now(chunk: ChunkIndex) -> Result<Module, JsValue> {
    if let Some(module) = module(chunk) {
        return Ok(module);
    }
    let module = js::module(&begin_to_compile(chunk))?;
    keep(chunk, module.clone());
    Ok(module)
}

/// The compiled chunk, of whose bytes in memory it is made if this thread does not have it.
pub(super) async fn compile(chunk: ChunkIndex) -> Result<Module, FetchError> {
    if let Some(module) = module(chunk) {
        return Ok(module);
    }
    let compiled = js::compile(&begin_to_compile(chunk)).await;
    let module: Module = compiled
        .map_err(|thrown| FetchError::thrown(LoadErrorKind::Compile, &thrown))?
        .unchecked_into();
    keep(chunk, module.clone());
    Ok(module)
}

/// The bytes of a published chunk, outside of shared memory: engines need not take a module from there.
fn begin_to_compile(chunk: ChunkIndex) -> Uint8Array {
    let shared = chunks().get(chunk);
    shared.compilations.add_one();
    Uint8Array::new_from_slice(shared.bytes())
}

/// What the engine throws when it does not link a chunk.
pub(super) fn refused(thrown: JsValue) -> FetchError {
    FetchError::thrown(LoadErrorKind::Instantiate, &thrown)
}
