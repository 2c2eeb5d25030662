use wasm_cleave::split;

fn main() {
    split!();
    split!(editor, flatten);
    split!(editor, craet = wasm_cleave);
    split!(3);
}
