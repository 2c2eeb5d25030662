//! How the bytes of files get into the program.

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

use crate::dom::{self, Result};

/// The bytes of a response, once `fetch` has answered.
///
/// # Errors
/// If there is no connection, or the server refuses.
pub async fn fetched(asked: Promise) -> Result<Vec<u8>> {
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
///
/// # Errors
/// If the browser cannot read it any more.
pub async fn read(blob: &Blob) -> Result<Vec<u8>> {
    bytes(blob.array_buffer()).await
}

async fn bytes(buffer: Promise) -> Result<Vec<u8>> {
    let buffer: ArrayBuffer = JsFuture::from(buffer).await?.dyn_into()?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
