//! The command line of wasm-cleave.

fn main() {}
