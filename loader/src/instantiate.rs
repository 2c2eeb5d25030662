//! Makes a compiled chunk part of the running program, where every thread has a memory of its own.
//! Where memory is shared, `shared/settle.rs` does that.
//!
//! A chunk has no start function and no active data. What an instance that failed half-way has written to the table
//! is reached by nobody, because slots of a chunk are called only after it is ready; the next attempt writes it again.

use js_sys::{Function, Object};
use wasm_bindgen::{JsCast, JsValue};

use crate::contract::{CHUNK_INIT, MAIN_NAMESPACE};
use crate::error::{ErrorKind, Failure};
use crate::identity::build_of;
use crate::js::{self, Module};
use crate::manifest::BuildId;

/// Links `module` with main and writes its data.
///
/// # Errors
/// If the module is of another build, or the engine refuses to link it.
pub(crate) async fn instantiate(module: &Module, build: BuildId) -> Result<(), Failure> {
    if build_of(module) != Some(build) {
        return Err(Failure::new(ErrorKind::OtherBuild, ""));
    }
    let imports = Object::new();
    js::set(&imports, MAIN_NAMESPACE, &wasm_bindgen::exports());
    let instance = js::instantiate(module, &imports).await;
    let instance = instance.map_err(|thrown| Failure::thrown(ErrorKind::Instantiate, &thrown))?;
    let init = js::get(&js::get(&instance, "exports"), CHUNK_INIT);
    if let Some(init) = init.dyn_ref::<Function>() {
        let done = init.call0(&JsValue::UNDEFINED);
        done.map_err(|thrown| Failure::thrown(ErrorKind::Instantiate, &thrown))?;
    }
    Ok(())
}
