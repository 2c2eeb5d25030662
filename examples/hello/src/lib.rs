//! The smallest program with a split: the greeting is in a chunk that loads when the button is first clicked.

use wasm_bindgen::prelude::*;
use wasm_cleave::{LoadError, wasm_split};

#[wasm_split(greeting)]
fn greet(name: &str) -> String {
    format!("Hello, {name}! This text comes from a chunk.")
}

/// What the page calls.
///
/// # Errors
/// When the chunk cannot be loaded.
#[wasm_bindgen]
pub async fn greeting(name: String) -> Result<String, LoadError> {
    greet(&name).await
}
