use wasm_cleave::wasm_split;

#[wasm_split(42)]
fn number() {}

#[wasm_split("")]
fn empty() {}

#[wasm_split("a\0b")]
fn control() {}

#[wasm_split(module::name)]
fn path() {}

#[wasm_split(my-split)]
fn dashes() {}

#[wasm_split(_)]
fn underscore() {}

#[wasm_split(b"bytes")]
fn bytes() {}

fn main() {}
