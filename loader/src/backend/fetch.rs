//! The backend of pages and workers: the global `fetch`, compiling while the bytes arrive.
//!
//! The bytes are read beside the compiler, from a copy of the response: to count them, and to check their hash before
//! the module may link. The `integrity` option of `fetch` would hold back the first byte until the last has come, and
//! does not tell a wrong hash from a lost connection; it is used only where the engine computes no hash for us.

use js_sys::{Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::request::{Backend, Fetching, Request};
use super::verify::Verifier;
use crate::error::{FetchError, LoadErrorKind};
use crate::js::{self, Module, Response};

/// Fetches chunks over HTTP.
///
/// ```
/// use wasm_cleave::backend::{Backend, Fetch, Fetching, Request};
///
/// /// Logs each attempt.
/// struct Logged;
///
/// impl Backend for Logged {
///     fn fetch(&self, request: Request) -> Fetching<'_> {
///         println!("{}, attempt {}", request.url(), request.attempt());
///         Fetch.fetch(request)
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Fetch;

impl Backend for Fetch {
    fn fetch(&self, request: Request) -> Fetching<'_> {
        Box::pin(fetch(request))
    }
}

async fn fetch(request: Request) -> Result<Module, FetchError> {
    let response = respond(&request).await?;
    if !js::can_compile_streaming() {
        let bytes = response.bytes().map_err(network)?.await.map_err(network)?;
        let bytes = Uint8Array::new(&bytes);
        request.received(bytes.length());
        return request.compile(&bytes).await;
    }
    let response = as_wasm(response).map_err(network)?;
    let mut verifier = Verifier::new(&request.file)?;
    let copy = response.duplicate().map_err(network)?;
    let compiling = js::compile_streaming(&response);
    read(&copy, &mut verifier, &request).await?;
    request.judge(verifier.end(&request.kept).await, compiling.await)
}

/// The answer of the server, if it is a good one.
async fn respond(request: &Request) -> Result<Response, FetchError> {
    let options = Object::new();
    js::set(&options, "signal", request.signal());
    js::set(
        &options,
        "credentials",
        &request.credentials().as_str().into(),
    );
    if request.attempt() > 1 {
        js::set(&options, "cache", &"reload".into());
    }
    if !js::can_hash() {
        js::set(&options, "integrity", &integrity(&request.sha256()).into());
    }
    let asked = js::fetch(request.url(), &options)
        .map_err(|thrown| FetchError::thrown(LoadErrorKind::Backend, &thrown))?;
    let response: Response = asked.await.map_err(network)?.unchecked_into();
    match response.status() {
        404 | 410 => Err(FetchError::new(LoadErrorKind::NotFound, "")),
        // Servers of single-page applications answer so for every file that they do not have.
        200 if mime(&response).starts_with("text/html") => {
            let detail = "the server sent a page in its place";
            Err(FetchError::new(LoadErrorKind::NotFound, detail))
        }
        _ if response.ok() => Ok(response),
        status => Err(FetchError::new(
            LoadErrorKind::Http(status),
            response.status_text(),
        )),
    }
}

fn mime(response: &Response) -> String {
    response.headers().get("content-type").unwrap_or_default()
}

/// The response under the MIME type on which engines insist to compile it as it arrives.
fn as_wasm(response: Response) -> Result<Response, JsValue> {
    const TYPE: &str = "application/wasm";
    if mime(&response).eq_ignore_ascii_case(TYPE) {
        return Ok(response);
    }
    let headers = Object::new();
    js::set(&headers, "content-type", &TYPE.into());
    let options = Object::new();
    js::set(&options, "headers", &headers);
    Response::of(response.body(), &options)
}

/// Reads the body to its end.
async fn read(
    response: &Response,
    verifier: &mut Verifier<'_>,
    request: &Request,
) -> Result<(), FetchError> {
    let Some(body) = response.body() else {
        return Ok(());
    };
    let reader = body.reader().map_err(network)?;
    loop {
        let piece: js::Piece = reader.read().await.map_err(network)?.unchecked_into();
        if piece.done() {
            return Ok(());
        }
        verifier.add(&piece.value());
        request.received(verifier.received());
    }
}

fn network(thrown: JsValue) -> FetchError {
    FetchError::thrown(LoadErrorKind::Network, &thrown)
}

/// A hash in the words of the `integrity` option.
fn integrity(sha256: &[u8; 32]) -> String {
    let text: String = sha256.iter().map(|&byte| char::from(byte)).collect();
    String::from("sha256-") + &js::base64(&text)
}
