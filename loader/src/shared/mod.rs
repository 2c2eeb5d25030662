//! What the threads of a program with one memory know together. The protocol is explained in `publish.rs`.
//!
//! All but the protocol itself exists only in programs that are built for threads.

mod once;
mod publish;
mod sync;

#[cfg(target_feature = "atomics")]
mod ensure;
#[cfg(target_feature = "atomics")]
mod here;
#[cfg(target_feature = "atomics")]
mod program;
#[cfg(target_feature = "atomics")]
mod settle;

#[cfg(target_feature = "atomics")]
pub(crate) use {
    program::{count_fetch, counters, has_bytes},
    settle::{bring, is_callable, keep},
};

#[cfg(test)]
mod tests;
