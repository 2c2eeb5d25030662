//! Splits a linked wasm-bindgen program into a main module and chunks.
