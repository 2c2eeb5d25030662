//! The attribute `#[wasm_split(name)]` and the macro `split!(name)`, re-exported and explained by `wasm-cleave`.
//!
//! In three passes: `args` and `item` parse, then validate, and `expand` writes the wrapper.

mod args;
mod expand;
mod item;
mod problems;

use proc_macro::TokenStream;

use crate::args::{Args, Macro};
use crate::item::Item;
use crate::problems::Problems;

/// Moves the body of a function into a chunk that is loaded when the function is first awaited.
///
/// ```
/// use wasm_cleave::{LoadError, wasm_split};
///
/// #[wasm_split(editor)]
/// fn word_count(text: &str) -> usize {
///     text.split_whitespace().count()
/// }
///
/// async fn show() -> Result<(), LoadError> {
///     let words = word_count("loaded on first use").await?;
///     assert_eq!(words, 4);
///     Ok(())
/// }
/// # futures::executor::block_on(show()).unwrap();
/// ```
///
/// `editor` names the split: an identifier, or a string where the name is none. Functions of one name, in whatever
/// crates, are loaded together.
///
/// # What it does to the function
///
/// Calling it runs nothing and gives a `Call` that holds the arguments. Awaited, it loads the chunks that the split
/// needs, runs the body there, and gives what the options say:
///
/// | written | awaiting the call gives | if the load fails |
/// | --- | --- | --- |
/// | `#[wasm_split(name)]` | `Result<T, LoadError>` | `Err` |
/// | `#[wasm_split(name, flatten)]` | the function's own `Result<_, E>` | `Err(E::from(load_error))` |
/// | `#[wasm_split(name, infallible)]` | `T` | never completes; JavaScript gets an unhandled rejection with a `ChunkLoadError` |
///
/// `crate = path` says where `wasm_cleave` is if it is not a dependency of the crate under this name.
///
/// It works on functions, associated functions and methods with every form of `self`, sync and `async`, generic or
/// not, in impls and in traits. A trait's method is marked in the trait and in each impl; such a trait is not
/// dyn-compatible, like one with an `async fn`.
///
/// Other attributes stay on the function, but for `#[inline]`, which is dropped.
/// On other targets than wasm the body is run directly.
///
/// # What cannot be split
///
/// `const` and `extern` functions, and those that return `!` or `impl Trait`; the messages say what to do instead.
/// A result's type is part of the main module together with its destructor: return a box, `Box<dyn Trait>`, where
/// that is much.
#[proc_macro_attribute]
pub fn wasm_split(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let args = Args::parse(Macro::Attribute, args.into(), &mut problems);
    let item = match Item::parse(item.clone().into(), &mut problems) {
        None => item.into(),
        // Left out, since it would not fit the wrapper that the exported function gets as well.
        Some(item) if item.is_bindgen_wrapper(&mut problems) => Default::default(),
        Some(mut item) => {
            if item.validate(args.policy, &mut problems) {
                expand::wrapper(&args, item)
            } else {
                item.into_tokens()
            }
        }
    };
    let mut tokens = problems.into_tokens();
    tokens.extend(item);
    tokens.into()
}

/// A split as a whole: a `Split` with which it can be loaded before it is needed.
///
/// ```
/// # use wasm_cleave::{split, wasm_split};
/// #[wasm_split(editor)]
/// fn open() {}
///
/// # async fn f() -> Result<(), wasm_cleave::LoadError> {
/// split!(editor).prefetch(); // when there is time
/// split!(editor).preload().await?; // now
/// assert!(split!(editor).is_loaded());
/// # Ok(())
/// # }
/// # futures::executor::block_on(f()).unwrap();
/// ```
///
/// The name is written as in `#[wasm_split]`. A split that the program does not have counts as loaded.
#[proc_macro]
pub fn split(args: TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let args = Args::parse(Macro::Handle, args.into(), &mut problems);
    let errors = problems.into_tokens();
    if errors.is_empty() {
        expand::handle(&args).into()
    } else {
        errors.into()
    }
}
