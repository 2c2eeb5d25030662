//! What a failed load means to the caller: the second option of the attribute.

use std::task::Poll;

use crate::error::LoadError;

/// How a call reports that its chunk could not be loaded; `T` is what the function itself returns.
///
/// Sealed: the three types below are all that there are.
pub trait Policy<T>: sealed::Sealed {
    /// What awaiting the call gives.
    type Output;

    #[doc(hidden)]
    fn ran(out: T) -> Self::Output;

    #[doc(hidden)]
    fn failed(error: LoadError) -> Poll<Self::Output>;
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Fallible {}
    impl Sealed for super::Flatten {}
    impl Sealed for super::Infallible {}
}

/// `#[wasm_split(name)]`: awaiting gives `Result<T, LoadError>`.
///
/// ```
/// use wasm_cleave::{LoadError, wasm_split};
///
/// #[wasm_split(editor)]
/// fn words(text: &str) -> usize {
///     text.split_whitespace().count()
/// }
///
/// async fn clicked() -> Result<usize, LoadError> {
///     words("one two").await
/// }
/// ```
#[derive(Debug)]
pub enum Fallible {}

/// `#[wasm_split(name, flatten)]`: awaiting gives the function's own `Result<_, E>`, where `E: From<LoadError>`.
///
/// ```
/// use wasm_cleave::wasm_split;
///
/// #[wasm_split(editor, flatten)]
/// fn number(text: &str) -> Result<u32, Box<dyn std::error::Error>> {
///     Ok(text.parse()?)
/// }
///
/// async fn clicked() -> Result<u32, Box<dyn std::error::Error>> {
///     number("7").await
/// }
/// ```
#[derive(Debug)]
pub enum Flatten {}

/// `#[wasm_split(name, infallible)]`: awaiting gives `T`.
///
/// If the load fails, it never completes. The failure is reported to the JavaScript side as a rejected promise that
/// nobody handles, with an `Error` named `ChunkLoadError`: `unhandledrejection` on a page or in a worker, in Node
/// `unhandledRejection` and, where nobody listens, `uncaughtException`. The Rust side continues.
///
/// ```
/// use wasm_cleave::wasm_split;
///
/// #[wasm_split(editor, infallible)]
/// fn words(text: &str) -> usize {
///     text.split_whitespace().count()
/// }
///
/// async fn clicked() -> usize {
///     words("one two").await
/// }
/// ```
#[derive(Debug)]
pub enum Infallible {}

impl<T> Policy<T> for Fallible {
    type Output = Result<T, LoadError>;

    fn ran(out: T) -> Self::Output {
        Ok(out)
    }

    fn failed(error: LoadError) -> Poll<Self::Output> {
        Poll::Ready(Err(error))
    }
}

impl<T, E: From<LoadError>> Policy<Result<T, E>> for Flatten {
    type Output = Result<T, E>;

    fn ran(out: Result<T, E>) -> Self::Output {
        out
    }

    fn failed(error: LoadError) -> Poll<Self::Output> {
        Poll::Ready(Err(error.into()))
    }
}

/// What `flatten` can be used for; the attribute asks so that the answer points at the function.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`flatten` needs a function that returns a `Result`",
    label = "this is not a `Result<_, E>` where `E: From<wasm_cleave::LoadError>`",
    note = "without `flatten`, awaiting the call gives a `Result<{Self}, LoadError>`"
)]
pub trait Flattens {}

impl<T, E: From<LoadError>> Flattens for Result<T, E> {}

#[doc(hidden)]
pub fn flattens<T: Flattens>() {}

impl<T> Policy<T> for Infallible {
    type Output = T;

    fn ran(out: T) -> T {
        out
    }

    fn failed(error: LoadError) -> Poll<T> {
        report(error);
        Poll::Pending
    }
}

/// A rejected promise, since an exception thrown from here would leave the Rust frames below it as they are, with
/// all that they have borrowed.
#[cfg(target_family = "wasm")]
fn report(error: LoadError) {
    let _ = js_sys::Promise::reject(&error.into());
}

/// Nothing is loaded on other targets, so nothing fails.
#[cfg(not(target_family = "wasm"))]
fn report(_error: LoadError) {}
