//! The backend of programs that run from files, in Node.

use js_sys::{Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::request::{Backend, Fetching, Request};
use crate::error::{FetchError, LoadErrorKind};
use crate::js::{self, Module};

/// Reads chunks with Node's file system. Needs Node 20.16 or later.
///
/// ```
/// use wasm_cleave::backend::Files;
/// use wasm_cleave::{Config, configure};
///
/// configure(Config::new().base("file:///srv/app/").backend(Files));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Files;

impl Backend for Files {
    fn fetch(&self, request: Request) -> Fetching<'_> {
        Box::pin(fetch(request))
    }
}

async fn fetch(request: Request) -> Result<Module, FetchError> {
    let Some(files) = js::file_system() else {
        let detail = "`file:` URLs cannot be read here: serve the program over HTTP";
        return Err(FetchError::new(LoadErrorKind::Backend, detail));
    };
    let url = js::Url::absolute(request.url())
        .map_err(|thrown| FetchError::thrown(LoadErrorKind::Backend, &thrown))?;
    let options = Object::new();
    js::set(&options, "signal", request.signal());
    let bytes = files.read_file(&url, &options).await;
    let bytes: Uint8Array = bytes
        .map_err(|thrown| FetchError::thrown(kind(&thrown), &thrown))?
        .unchecked_into();
    request.received(bytes.length());
    request.compile(&bytes).await
}

fn kind(thrown: &JsValue) -> LoadErrorKind {
    match js::get(thrown, "code").as_string().as_deref() {
        Some("ENOENT") => LoadErrorKind::NotFound,
        _ => LoadErrorKind::Backend,
    }
}
