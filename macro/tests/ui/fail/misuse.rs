#![deny(unused_must_use)]

use wasm_cleave::wasm_split;

#[wasm_split(a, flatten)]
fn not_a_result() -> u32 {
    1
}

#[wasm_split(a, flatten)]
fn error_without_conversion() -> Result<u32, std::num::ParseIntError> {
    "1".parse()
}

#[wasm_split(a)]
fn forgotten() {}

#[wasm_split(a)]
fn wrong_type(n: u32) -> u32 {
    if n == 1 {
        return "early";
    }
    "late"
}

#[wasm_split(a)]
async fn no_result() -> u32 {
    ();
}

async fn calls() {
    not_a_result().await;
    let _ = error_without_conversion().await;
    forgotten();
}

fn main() {}
