//! What can go wrong on the way of a program: what, where, why, and what to do.

/// Why a program could not be split.
///
/// The text names what failed and why; [`Error::help`] says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// wasm-bindgen is missing or refused main.
    #[error(transparent)]
    Bindgen(#[from] crate::bindgen::BindgenError),
    /// The output folder could not be written.
    #[error(transparent)]
    Output(#[from] crate::output::OutputError),
}

impl Error {
    /// What the user can do about it; empty where nothing is known.
    pub fn help(&self) -> String {
        match self {
            Error::Bindgen(error) => error.help(),
            Error::Output(error) => error.help(),
        }
    }
}
