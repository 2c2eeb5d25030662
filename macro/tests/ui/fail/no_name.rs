use wasm_cleave::wasm_split;

#[wasm_split]
fn a() {}

#[wasm_split()]
fn b() {}

#[wasm_split(flatten)]
fn c() -> Result<(), wasm_cleave::LoadError> {
    Ok(())
}

#[wasm_split(crate = wasm_cleave)]
fn d() {}

fn main() {}
