//! How the bytes of a picture come to the page, and how the page shows them.

use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response, Url};

use crate::dom::{self, Result};

/// Asks for a file beside the page, without waiting for it.
pub(super) fn ask(name: &str) -> Result<Promise> {
    let mut url = String::from("pictures/");
    url.push_str(name);
    Ok(dom::window()?.fetch_with_str(&url))
}

/// The bytes of a file that was asked for.
pub(super) async fn fetched(asked: Promise) -> Result<Vec<u8>> {
    let response: Response = JsFuture::from(asked).await?.dyn_into()?;
    if !response.ok() {
        let mut message = String::from("cannot fetch ");
        message.push_str(&response.url());
        message.push_str(": the server answered ");
        message.push_str(&response.status().to_string());
        return Err(dom::error(&message));
    }
    bytes(response.array_buffer()?).await
}

/// The bytes of a file that the visitor gave.
pub(super) async fn read(blob: &Blob) -> Result<Vec<u8>> {
    bytes(blob.array_buffer()).await
}

async fn bytes(buffer: Promise) -> Result<Vec<u8>> {
    let buffer: ArrayBuffer = JsFuture::from(buffer).await?.dyn_into()?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// A URL under which the page can show some bytes, as long as it lives.
pub(super) struct ObjectUrl(String);

impl ObjectUrl {
    pub(super) fn new(bytes: &[u8]) -> Result<Self> {
        // Copies: a blob takes no shared memory.
        let parts = Array::of1(&Uint8Array::from(bytes));
        let blob = Blob::new_with_u8_array_sequence(&parts)?;
        Ok(ObjectUrl(Url::create_object_url_with_blob(&blob)?))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // Fails for no string.
        let _ = Url::revoke_object_url(&self.0);
    }
}
