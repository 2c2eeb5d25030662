//! What the threads of a program with one memory know together. The protocol is explained in `publish.rs`.
//!
//! All but the protocol itself exists only in programs that are built for threads.

mod asks;
#[cfg(all(target_feature = "atomics", feature = "audio"))]
mod audio;
mod once;
mod publish;
pub(crate) mod sync;

#[cfg(target_feature = "atomics")]
pub(crate) mod connection;
#[cfg(target_feature = "atomics")]
pub(crate) mod coordinator;
#[cfg(target_feature = "atomics")]
mod ensure;
#[cfg(target_feature = "atomics")]
mod here;
#[cfg(target_feature = "atomics")]
mod program;
#[cfg(target_feature = "atomics")]
mod settle;
#[cfg(target_feature = "atomics")]
pub(crate) mod wait;

#[cfg(target_feature = "atomics")]
pub(crate) use {
    program::{count_fetch, counters, has_bytes},
    settle::{bring, bring_now, get_bytes, is_callable, keep},
};

#[cfg(all(target_feature = "atomics", feature = "audio"))]
pub(crate) use {
    audio::{audio_hits, audio_hits_word, more_audio_hits},
    settle::{compiled, link_given},
};

#[cfg(all(target_feature = "atomics", feature = "rayon"))]
pub(crate) use settle::link_here;

#[cfg(test)]
mod asks_tests;
#[cfg(test)]
mod tests;
