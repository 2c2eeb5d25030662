use wasm_bindgen::prelude::wasm_bindgen;
use wasm_cleave::wasm_split;

#[wasm_bindgen]
#[wasm_split(a)]
pub fn outside() {}

#[wasm_bindgen]
pub struct Counter(u32);

#[wasm_bindgen]
impl Counter {
    #[wasm_split(a)]
    pub fn count(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }

    #[wasm_split(a)]
    pub async fn later(value: u32) -> u32 {
        value
    }
}

fn main() {}
