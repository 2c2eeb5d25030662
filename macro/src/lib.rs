//! The attribute `#[wasm_split(name)]` and the macro `split!(name)`.
//!
//! In three passes: `args` and `item` parse and validate, `expand` writes the wrapper.

mod args;
mod expand;
mod item;

use proc_macro::TokenStream;

/// Moves the body of a function into a chunk that is loaded when the function is first awaited.
#[proc_macro_attribute]
pub fn wasm_split(args: TokenStream, item: TokenStream) -> TokenStream {
    let parsed =
        args::Args::parse(args.into()).and_then(|args| Ok((args, item::Item::parse(item.into())?)));
    match parsed {
        Ok((args, item)) => expand::wrapper(&args, item).into(),
        Err(error) => error.into_compile_error().into(),
    }
}

/// The handle of a split: `split!(editor).preload().await`, `.prefetch()`, `.is_loaded()`.
#[proc_macro]
pub fn split(args: TokenStream) -> TokenStream {
    match args::Args::parse(args.into()) {
        Ok(args) => expand::handle(&args).into(),
        Err(error) => error.into_compile_error().into(),
    }
}
