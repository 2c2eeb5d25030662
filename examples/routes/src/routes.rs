//! The routes: each a folder with its page, what it does with the page, and what it computes.

pub(crate) mod charts;
pub(crate) mod data;
mod file;
pub(crate) mod markdown;
pub(crate) mod pictures;
pub(crate) mod svg;
