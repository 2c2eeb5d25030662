use wasm_cleave::wasm_split;

#[wasm_split(a)]
struct Unit;

#[wasm_split(a)]
mod inside {
    pub fn f() {}
}

struct Other;

#[wasm_split(a)]
impl Other {
    fn f() {}
}

#[wasm_split(a)]
trait Trait {}

#[wasm_split(a)]
const C: fn() = || ();

fn main() {}
