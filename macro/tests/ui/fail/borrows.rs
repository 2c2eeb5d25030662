use std::future::IntoFuture;

use wasm_cleave::wasm_split;

#[wasm_split(a)]
fn reads(text: &str) -> usize {
    text.len()
}

#[wasm_split(a)]
async fn async_reads(text: &str) -> usize {
    text.len()
}

#[wasm_split(a)]
fn returns_a_local() -> &'static str {
    let text = String::new();
    &text
}

fn main() {
    let text = String::new();
    let call = reads(&text);
    let future = async_reads(&text).into_future();
    let ran = async_reads(&text).try_now();
    drop(text);
    drop((call, future, ran));
}
