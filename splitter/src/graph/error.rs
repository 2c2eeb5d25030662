//! Why the splits of a program cannot be followed.

/// What the program does with the imports of the contract that it must not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// The attribute's crate and this tool are of different versions.
    #[error(
        "the program was built with a `wasm-cleave` that speaks version {found} of the contract, this tool speaks \
         {expected}"
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
    /// One of our imports is used in another way than by a call.
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
    /// One of our imports that this version does not know.
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
