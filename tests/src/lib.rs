//! Harness of the end-to-end tests: builds programs, splits them, runs them in Node and in browsers, compares.
//!
//! A program that is split must write the same transcript as the same program left in one module.

pub mod browser;
pub mod bundlers;
pub mod cargo;
pub mod case;
pub mod inspect;
pub mod module;
pub mod node;
pub mod patience;
pub mod program;
pub mod realtime;
pub mod server;
pub mod small;
pub mod threads;
pub mod transcript;
