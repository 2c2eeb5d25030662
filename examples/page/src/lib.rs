//! What the examples have in common. All of it ends up in their main modules: keep it small.

pub mod dom;
pub mod files;
pub mod text;
