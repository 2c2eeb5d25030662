//! Makes a compiled chunk part of the running program.
//!
//! A chunk has no start function and no active data. What an instance that failed half-way has written to the table
//! is reached by nobody, because slots of a chunk are called only after it is ready; the next attempt writes it again.

use js_sys::{Function, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::ready;
use crate::contract::{CHUNK_INIT, MAIN_NAMESPACE};
use crate::error::{FetchError, LoadError, LoadErrorKind};
use crate::ids::ChunkIndex;
use crate::js::{self, Module};
use crate::{source, state};

/// Nobody fetches for others.
pub(crate) fn become_coordinator_if_main() {}

/// Fetches a chunk and links it.
///
/// # Errors
/// If it cannot be had, or the engine refuses to link it.
pub(crate) async fn make_callable(chunk: ChunkIndex) -> Result<(), LoadError> {
    let fetched = source::fetch(chunk).await?;
    let linked = instantiate(&fetched.module).await;
    linked.map_err(|failure| fetched.origin.error(failure))?;
    ready::set(chunk);
    Ok(())
}

/// No thread may block until a chunk is there: nobody else would fetch it meanwhile.
///
/// # Errors
/// If there is any chunk to wait for.
pub(crate) fn make_callable_blocking(chunks: &[ChunkIndex]) -> Result<(), LoadError> {
    let failure = FetchError::new(LoadErrorKind::CannotBlock, "");
    match chunks.first() {
        Some(&chunk) => Err(state::error(chunk, failure)),
        None => Ok(()),
    }
}

/// Links `module` with main and writes its data.
async fn instantiate(module: &Module) -> Result<(), FetchError> {
    let imports = Object::new();
    js::set(&imports, MAIN_NAMESPACE, &wasm_bindgen::exports());
    let instance = js::instantiate(module, &imports).await;
    let instance =
        instance.map_err(|thrown| FetchError::thrown(LoadErrorKind::Instantiate, &thrown))?;
    let init = js::get(&js::get(&instance, "exports"), CHUNK_INIT);
    if let Some(init) = init.dyn_ref::<Function>() {
        let done = init.call0(&JsValue::UNDEFINED);
        done.map_err(|thrown| FetchError::thrown(LoadErrorKind::Instantiate, &thrown))?;
    }
    Ok(())
}
