//! How a compiled chunk reaches this thread: over the network, from files, or in a way of the application's own.

mod fetch;
mod files;
pub(crate) mod request;
mod verify;

pub use crate::error::FetchError;
pub use fetch::Fetch;
pub use files::Files;
/// A compiled WebAssembly module.
pub use js_sys::WebAssembly::Module;
pub use request::{Backend, Fetching, Request};
/// Says when nobody waits for the answer to a request any more.
pub use web_sys::AbortSignal;

/// Asks the `configured` backend, or the one that suits the URL.
pub(crate) fn fetch(configured: Option<&dyn Backend>, request: Request) -> Fetching<'_> {
    match configured {
        Some(backend) => backend.fetch(request),
        None if request.url.starts_with("file:") => Files.fetch(request),
        None => Fetch.fetch(request),
    }
}
