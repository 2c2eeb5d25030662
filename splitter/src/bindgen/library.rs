//! Runs the wasm-bindgen that is linked into this program.

use std::any::Any;
use std::path::Path;
use std::thread;

use wasm_bindgen_cli_support::Bindgen;

use super::BindgenError;
use crate::program::Target;

/// Name of the thread that runs wasm-bindgen: a panic there is reported as an error, so a program that prints panics
/// may leave those out.
pub const THREAD: &str = "wasm-bindgen";

/// wasm-bindgen's passes recurse over the program; the default stack of a thread is small for that.
const STACK_BYTES: usize = 64 << 20;

/// The version of the library.
pub(super) fn version() -> String {
    let version = wasm_bindgen_shared::version();
    match version.split_once(' ') {
        Some((version, _commit)) => version.to_string(),
        None => version,
    }
}

pub(super) fn run(wasm: &[u8], stem: &str, target: Target, out: &Path) -> Result<(), BindgenError> {
    // wasm-bindgen asserts and unwraps in many places that a damaged module can reach. It runs on a thread of its own,
    // whose panic arrives here as a value and is reported; nothing that it was working on is used afterwards.
    let result = thread::scope(|scope| {
        thread::Builder::new()
            .name(THREAD.to_string())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || generate(wasm, stem, target, out))
            .map(|thread| thread.join())
    });
    match result {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(error))) => Err(BindgenError::Refused {
            version: version(),
            reason: format!("{error:#}"),
        }),
        Ok(Err(panic)) => Err(BindgenError::Crashed {
            version: version(),
            reason: panic_text(&*panic),
        }),
        Err(error) => Err(BindgenError::Crashed {
            version: version(),
            reason: format!("its thread could not be started: {error}"),
        }),
    }
}

fn generate(wasm: &[u8], stem: &str, target: Target, out: &Path) -> anyhow::Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes(stem, wasm.to_vec())
        .typescript(true)
        .omit_default_module_path(false);
    match target {
        Target::Web => bindgen.web(true)?,
        Target::NodeJs => bindgen.nodejs(true)?,
    };
    bindgen.generate(out)
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_string()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "no message".to_string()
    }
}

#[cfg(test)]
mod tests {
    use crate::bindgen;
    use crate::bindgen::wanted::tests::module_of;
    use crate::program::Target;

    #[test]
    fn a_module_that_makes_the_library_panic_is_an_error() {
        // The versions are there, the program that has to follow them is not.
        let error = bindgen::bind(&module_of(&super::version()), "app", Target::Web).unwrap_err();
        assert!(
            matches!(error, bindgen::BindgenError::Crashed { .. }),
            "{error}"
        );
    }
}
