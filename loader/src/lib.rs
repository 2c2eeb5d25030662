//! Split functions of a wasm-bindgen program, loaded when they are first awaited.
//!
//! What an application depends on: the attribute [`wasm_split`] and the runtime behind it.

mod body;
mod call;
#[doc(hidden)]
pub mod contract;
mod error;
mod ids;
mod load;
#[doc(hidden)]
pub mod manifest;
mod policy;
mod runtime;
mod split;

pub use body::Body;
pub use call::{Call, CallFuture};
pub use error::{ErrorKind, LoadError};
pub use load::Load;
pub use policy::{Fallible, Flatten, Infallible, Policy};
pub use split::Split;
pub use wasm_cleave_macro::{split, wasm_split};

/// What the expansion of the macros refers to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::body::{Boxed, Entry, Frame, asynchronous, plain};
}
