use wasm_cleave::wasm_split;

#[wasm_split(a)]
const fn constant() -> u32 {
    1
}

#[wasm_split(a)]
extern "C" fn foreign() {}

#[wasm_split(a)]
unsafe extern "C" fn variadic(_: u32, _: ...) {}

#[wasm_split(a)]
fn never() -> ! {
    loop {}
}

#[wasm_split(a)]
fn hidden() -> impl std::fmt::Display {
    1
}

#[wasm_split(a)]
async fn hidden_inside() -> Result<Vec<impl std::fmt::Display>, impl std::fmt::Debug> {
    Ok::<_, ()>(vec![1])
}

#[wasm_split(a, flatten)]
fn nothing_to_flatten() {}

fn main() {}
