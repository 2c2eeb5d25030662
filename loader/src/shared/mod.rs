//! How a chunk becomes part of a program whose threads share one memory. The protocol is explained in
//! `protocol/publish.rs`.
//!
//! `single/` is its counterpart, with the same interface. The crate takes one of the two, under the name `memory`:
//! - `thread::Part`: what a thread has to know besides its loads;
//! - `ready`: whether a chunk can be called;
//! - `kept`: what is kept of the bytes of a chunk;
//! - `role`, `counters`: which thread this is, and what threads have done together;
//! - `make_callable` and its kin: loading.

mod chunks;
mod claim;
mod common;
pub(crate) mod connection;
pub(crate) mod coordinator;
pub(crate) mod counters;
mod ensure;
mod fetch;
mod instances;
pub(crate) mod kept;
#[cfg(feature = "audio")]
pub(crate) mod late_links;
pub(crate) mod link;
mod place;
pub(crate) mod ready;
pub(crate) mod role;
mod store;
pub(crate) mod thread;
pub(crate) mod wait;

pub(crate) use coordinator::become_coordinator_if_main;
pub(crate) use link::{make_callable, make_callable_blocking};
