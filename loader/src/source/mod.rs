//! Where chunks come from: a backend, asked as often and as long as the configuration allows.

mod attempts;
#[cfg(target_feature = "atomics")]
mod blocking;
pub(crate) mod retry;

pub(crate) use attempts::fetch;
#[cfg(target_feature = "atomics")]
pub(crate) use {
    attempts::{Fetched, Origin},
    blocking::fetch_blocking,
};
