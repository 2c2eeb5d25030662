//! Bindings to what only Node has.

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    // Node, and what imitates it.
    #[wasm_bindgen(thread_local_v2, js_name = process)]
    static PROCESS: Option<Process>;

    type Process;

    #[wasm_bindgen(method, catch, js_name = getBuiltinModule)]
    fn builtin(this: &Process, name: &str) -> Result<Option<Object>, JsValue>;

    pub(crate) type FileSystem;

    #[wasm_bindgen(method, js_name = readFile)]
    pub(crate) fn read_file(this: &FileSystem, file: &JsValue, options: &Object) -> Promise;
}

/// Node's promise-based file system, where there is one.
pub(crate) fn file_system() -> Option<FileSystem> {
    node_module("node:fs/promises")
}

/// A module that is part of Node, where this is Node.
pub(super) fn node_module<T: JsCast>(name: &str) -> Option<T> {
    let found = PROCESS.with(|process| process.as_ref()?.builtin(name).ok()?);
    found.map(JsCast::unchecked_into)
}
