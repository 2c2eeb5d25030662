//! How a chunk becomes part of a program in which every thread has a memory of its own, and knows nothing of others.
//!
//! `shared/` is its counterpart, with the same interface. The crate takes one of the two, under the name `memory`:
//! - `thread::Part`: what a thread has to know besides its loads;
//! - `ready`: whether a chunk can be called;
//! - `kept`: what is kept of the bytes of a chunk;
//! - `role`, `counters`: which thread this is, and what threads have done together;
//! - `make_callable` and its kin: loading.

pub(crate) mod counters;
pub(crate) mod kept;
mod link;
pub(crate) mod ready;
pub(crate) mod role;
pub(crate) mod thread;

pub(crate) use link::{become_coordinator_if_main, make_callable, make_callable_blocking};
