//! Why a program could not be split: the error of the whole way, made of those of its phases.

use crate::bindgen::BindgenError;
use crate::emit::ModuleError;
use crate::graph::SplitError;
use crate::output::OutputError;
use crate::read::ReadError;

/// Why a program could not be split.
///
/// The text names what failed and why; [`Error::help`] says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is not a linked module with relocations.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The program's splits contradict each other or the tool.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// A module that was written is not fit to be published.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// wasm-bindgen is missing or refused main.
    #[error(transparent)]
    Bindgen(#[from] BindgenError),
    /// The output folder could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Error {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            Error::Read(error) => error.help().to_string(),
            Error::Split(error) => error.help(),
            Error::Module(error) => error.help(),
            Error::Bindgen(error) => error.help(),
            Error::Output(error) => error.help(),
        }
    }
}
