use wasm_cleave::wasm_split;

#[wasm_split(a, lazy, flaten)]
const extern "C" fn all_at_once() {}

// The wrapper is there all the same: a caller's line is no error.
async fn caller() {
    all_at_once().await.unwrap();
}

fn main() {}
