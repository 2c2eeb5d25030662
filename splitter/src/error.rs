//! What can go wrong on the way of a program: what, where, why, and what to do.

use wasmparser::RelocationEntry;

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
            Error::Read(error) => error.help().to_string(),
            Error::Split(error) => error.help(),
            Error::Invalid { .. } => {
                "this is a defect of wasm-cleave: please report it with the input module; `--no-split` builds the \
                 program in one module meanwhile"
                    .to_string()
            }
            Error::TooLarge { .. } => {
                "divide the function, or what its crate generates, into smaller parts; large tables may be files that \
                 the program loads"
                    .to_string()
            }
            Error::Bindgen(error) => error.help(),
            Error::Output(error) => error.help(),
        }
    }
}

/// Why the input could not be read.
#[derive(Debug, thiserror::Error)]
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

/// Why the splits of a program cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The attribute's crate and this tool are of different versions.
    #[error(
        "the program was built with a `wasm-cleave` that speaks version {found} of the contract, this tool speaks {expected}"
    )]
    Version {
        /// The program's.
        found: String,
        /// Ours.
        expected: u32,
    },
    /// One function is the entry of two splits.
    #[error("{function} is marked as the entry of two splits, `{first}` and `{second}`")]
    TwoMarkers {
        /// The function.
        function: String,
        /// A split.
        first: String,
        /// Another one.
        second: String,
    },
    /// An import of ours is used in another way than by a call.
    #[error("the address of the import `{import}` is taken in {place}; it can only be called")]
    NotCalled {
        /// The import.
        import: String,
        /// Where.
        place: String,
    },
    /// Threads share the memory, but nothing can make chunks callable on all of them.
    #[error(
        "the program shares its memory among threads, but its loader was built without that (no export `{}`)",
        wasm_cleave_contract::ENSURE
    )]
    NoEnsure,
    /// An export of the program has a name under which main exports something for chunks.
    #[error("the program's export `{name}` has the name of what chunks need from main")]
    ExportTaken {
        /// The name.
        name: String,
    },
    /// An import of ours that this version does not know.
    #[error("the program imports `{import}`, which this tool does not know")]
    UnknownImport {
        /// The import.
        import: String,
    },
}

impl SplitError {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            SplitError::Version { .. } | SplitError::UnknownImport { .. } => {
                "use the same version of the crate `wasm-cleave` and of `wasm-cleave-cli`: `cargo install \
                 wasm-cleave-cli` and `cargo update -p wasm-cleave`"
                    .to_string()
            }
            SplitError::NoEnsure => "build all crates with `-Ctarget-feature=+atomics` and `-Zbuild-std`, as \
                 `wasm-cleave build --threads` does"
                .to_string(),
            SplitError::ExportTaken { .. } => {
                "give the export another name (`js_name`)".to_string()
            }
            SplitError::TwoMarkers { .. } | SplitError::NotCalled { .. } => {
                "mark functions with #[wasm_split(name)] only; please report it if that is so".to_string()
            }
        }
    }
}
