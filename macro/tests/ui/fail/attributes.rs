use wasm_cleave::wasm_split;

#[wasm_split(a)]
#[wasm_split(b)]
fn twice() {}

#[wasm_split(a)]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn exported() {}

fn main() {}
