//! Split functions of a wasm-bindgen program, loaded when they are first awaited.
//!
//! What an application depends on: the attribute [`wasm_split`] and the runtime behind it.

#[doc(hidden)]
pub mod contract;
mod error;
mod ids;
mod load;
#[doc(hidden)]
pub mod manifest;
mod runtime;

pub use error::{ErrorKind, LoadError};
pub use load::Load;
pub use wasm_cleave_macro::wasm_split;
