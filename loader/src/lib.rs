//! Split functions of a wasm-bindgen program, loaded when they are first awaited.
//!
//! What an application depends on: the attribute [`wasm_split`] and the runtime behind it.

pub mod backend;
mod body;
mod call;
mod config;
#[doc(hidden)]
pub mod contract;
mod error;
mod ids;
mod instantiate;
mod js;
mod load;
#[doc(hidden)]
pub mod manifest;
mod obtain;
mod policy;
mod progress;
mod registry;
mod retry;
mod runtime;
mod split;
mod state;

pub use body::Body;
pub use call::{Call, CallFuture};
pub use config::{Config, Credentials, configure};
pub use error::{ErrorKind, LoadError};
pub use load::Load;
pub use policy::{Fallible, Flatten, Infallible, Policy};
pub use progress::{Amount, ChunkInfo, Phase, Progress, modules};
pub use split::Split;
pub use wasm_cleave_macro::{split, wasm_split};

/// What the expansion of the macros refers to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::body::{Boxed, Entry, Frame, asynchronous, plain};
    pub use crate::policy::flattens;
}
