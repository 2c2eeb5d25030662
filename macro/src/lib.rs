//! The attribute `#[wasm_split(name)]`.

use proc_macro::TokenStream;

/// Moves the body of a function into a chunk that is loaded when the function is first awaited.
#[proc_macro_attribute]
pub fn wasm_split(_args: TokenStream, item: TokenStream) -> TokenStream {
    item
}
