//! Why a module that was written is not published.

use crate::read::ReadError;

/// What is wrong with a module that was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModuleError {
    /// The input itself is not valid, or uses what is not supported.
    #[error(transparent)]
    Input(#[from] ReadError),
    /// A module that was written does not validate: a defect of this tool.
    #[error("{place} is not valid as it was written: {reason}")]
    Invalid {
        /// Which module, and which function of it if that is known.
        place: String,
        /// What the validator says.
        reason: String,
    },
    /// A module has more of something than engines accept.
    #[error("{place} has {found} {what}, engines accept {limit}")]
    TooLarge {
        /// Which module or function.
        place: String,
        /// Of what it has too many.
        what: &'static str,
        /// How many it has.
        found: usize,
        /// How many there may be.
        limit: usize,
    },
}

impl ModuleError {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            ModuleError::Input(error) => error.help(),
            ModuleError::Invalid { .. } => {
                "this is a defect of wasm-cleave: please report it with the input module; `--no-split` builds the \
                 program in one module meanwhile"
            }
            ModuleError::TooLarge { .. } => {
                "divide the function, or what its crate generates, into smaller parts; large tables may be files that \
                 the program loads"
            }
        }
        .to_string()
    }
}
