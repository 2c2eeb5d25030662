//! Split functions of a wasm-bindgen program, loaded when they are first awaited.
//!
//! The crate that an application depends on: the attribute [`wasm_split`], and the runtime that loads chunks.
//!
//! ```
//! use wasm_cleave::{LoadError, wasm_split};
//!
//! #[wasm_split(editor)]
//! fn open_editor(document: &str) -> usize {
//!     document.lines().count() // this body, and all that it alone needs, is in another file
//! }
//!
//! async fn clicked(document: &str) -> Result<usize, LoadError> {
//!     open_editor(document).await // fetched, compiled and linked the first time
//! }
//! ```
//!
//! # What there is
//! - [`wasm_split`] marks a function; what it returns then is a [`Call`], to be awaited or tried at once.
//! - [`split!`] stands for all functions of one name: [`preload`](Split::preload), [`prefetch`](Split::prefetch),
//!   [`is_loaded`](Split::is_loaded), [`progress`](Split::progress).
//! - [`configure`] sets how chunks are loaded: the URL, attempts, time limits, a [`Backend`](backend::Backend), a listener
//!   for progress. By default they come by `fetch` from the folder of the program's JavaScript file, or in Node from the
//!   same folder on disk.
//! - [`chunks`] lists the chunks as they stand, [`chunk_counters`] what all threads have done with them.
//! - `threads` starts Workers and rayon pools that share the memory; `audio` runs processors on the audio thread
//!   (features `rayon` and `audio`; in programs built with `wasm-cleave build --threads`).
//! - [`LoadError`] says why a load failed and what to do about it.
//!
//! # What you can rely on
//! - All chunks that a call needs are fetched at once; however many calls wait for a chunk, it is fetched once.
//! - A chunk is linked only if its bytes have the hash that the build gave them and it is of the program's own build.
//! - A failed load leaves the program as it was. Every waiting caller gets the error, and the next call tries again.
//!
//! On other targets than wasm there are no chunks: bodies run directly, and everything counts as loaded.
//!
//! Every thread has a state of its own: all of this works on the page and in any worker.
//!
//! If threads share one memory, one of them, usually the page, fetches and compiles for all. Whatever a function of a
//! chunk makes, a trait object for example, may be used on every thread at once, even on one that has never used the
//! chunk. All threads share the chunk's statics. A thread that cannot await calls [`Call::wait`]. [`chunk_counters`] shows
//! what all threads together have done.

#![cfg_attr(target_feature = "atomics", feature(stdarch_wasm_atomic_wait))]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::must_use_candidate, clippy::return_self_not_must_use)]

#[cfg(feature = "audio")]
pub mod audio;
pub mod backend;
pub mod call;
mod call_frame;
mod config;
#[cfg(test)]
mod contract_tests;
mod error;
mod failure_mode;
mod identity;
mod ids;
mod js;
mod load;
mod progress;
#[cfg(any(target_feature = "atomics", test))]
mod protocol;
mod registry;
mod report;
mod runtime;
#[cfg(target_feature = "atomics")]
mod shared;
#[cfg(not(target_feature = "atomics"))]
mod single;
mod source;
mod split;
mod state;
mod target;
pub mod threads;
mod time;

#[cfg(target_feature = "atomics")]
use shared as memory;
#[cfg(not(target_feature = "atomics"))]
use single as memory;

use wasm_cleave_contract::{self as contract, manifest};

pub use backend::request::Credentials;
pub use call::Call;
pub use config::Config;
pub use error::{LoadError, LoadErrorKind};
pub use load::Load;
pub use progress::{Amount, ChunkCounters, ChunkInfo, ChunkPhase, Progress};
pub use report::{chunk_counters, chunks};
pub use split::Split;
pub use state::configure;
pub use wasm_cleave_macro::{split, wasm_split};

/// What the expansion of the macros refers to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::call_frame::{Boxed, Entry, Frame, asynchronous, plain};
    pub use crate::failure_mode::flattens;
}
