use wasm_cleave::wasm_split;

#[wasm_split(a, flaten)]
fn typo() {}

#[wasm_split(a, lazy)]
fn unknown() {}

#[wasm_split(a, lazy = true, 3, infalible)]
fn several() {}

#[wasm_split(a, infallible, infallible)]
fn twice() {}

#[wasm_split(a, flatten, infallible)]
fn both() -> Result<(), wasm_cleave::LoadError> {
    Ok(())
}

#[wasm_split(a flatten)]
fn no_comma() {}

#[wasm_split(a, crate)]
fn no_value() {}

#[wasm_split(a, crate = 5)]
fn no_path() {}

fn main() {}
