//! Why an input cannot be read.

use wasmparser::RelocationEntry;

/// Why the input could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// No bytes.
    #[error("the input is empty")]
    Empty,
    /// Something else than wasm.
    #[error("the input is not a WebAssembly module: it does not begin with `\\0asm`")]
    NotWasm,
    /// A component.
    #[error("the input is a WebAssembly component, not a core module")]
    Component,
    /// The output of wasm-bindgen.
    #[error("the input has gone through wasm-bindgen already, which drops relocations")]
    AlreadyBound,
    /// No symbol table.
    #[error("the input has no symbol table (custom section `linking`)")]
    NoSymbols,
    /// No relocations.
    #[error("the input has no relocations (custom section `reloc.CODE`)")]
    NoRelocations,
    /// No relocations of data though functions are referred to from there.
    #[error("the input has no relocations of its data (custom section `reloc.DATA`)")]
    NoDataRelocations,
    /// The bytes break a rule of the format.
    #[error("the input is damaged at offset {offset:#x}: {reason}")]
    Malformed {
        /// Where.
        offset: u64,
        /// Which rule.
        reason: String,
    },
    /// A relocation that cannot be followed.
    #[error(
        "the relocation of symbol {symbol} at offset {offset:#x} of the {section} section is wrong: {reason}"
    )]
    Relocation {
        /// Which section it applies to.
        section: &'static str,
        /// Where in that section.
        offset: u32,
        /// Which symbol it names.
        symbol: u32,
        /// What is wrong.
        reason: &'static str,
    },
    /// A feature that linked Rust programs do not use today.
    #[error("the input uses {what} at offset {offset:#x}, which is not supported")]
    Unsupported {
        /// Where.
        offset: u64,
        /// What.
        what: String,
    },
}

impl ReadError {
    pub(crate) fn malformed(offset: u64, reason: impl Into<String>) -> Self {
        ReadError::Malformed {
            offset,
            reason: reason.into(),
        }
    }

    pub(crate) fn unsupported(offset: u64, what: impl Into<String>) -> Self {
        ReadError::Unsupported {
            offset,
            what: what.into(),
        }
    }

    pub(crate) fn relocation(
        section: &'static str,
        entry: &RelocationEntry,
        reason: &'static str,
    ) -> Self {
        ReadError::Relocation {
            section,
            offset: entry.offset,
            symbol: entry.index,
            reason,
        }
    }

    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            ReadError::Empty | ReadError::NotWasm => {
                "pass the .wasm file that cargo wrote, as in target/wasm32-unknown-unknown/release/NAME.wasm"
            }
            ReadError::Component => {
                "build for the target wasm32-unknown-unknown, which makes core modules"
            }
            ReadError::AlreadyBound => {
                "pass the .wasm file that cargo wrote; wasm-cleave runs wasm-bindgen itself, after splitting"
            }
            ReadError::NoSymbols | ReadError::NoRelocations | ReadError::NoDataRelocations => {
                "link with RUSTFLAGS=\"-Clink-arg=--emit-relocs\", or let `wasm-cleave build` do it; tools that \
                 rewrite modules (wasm-opt, wasm-strip) have to run afterwards"
            }
            ReadError::Malformed { .. } | ReadError::Relocation { .. } => {
                "the file may be incomplete or changed after linking: build it again"
            }
            ReadError::Unsupported { .. } => {
                "build for wasm32-unknown-unknown with `wasm-cleave build`, or report how the program is built"
            }
        }
    }
}

impl From<wasmparser::Error> for ReadError {
    fn from(error: wasmparser::Error) -> Self {
        ReadError::malformed(error.offset(), error.message())
    }
}
