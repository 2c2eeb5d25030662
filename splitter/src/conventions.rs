//! Names that other tools give a meaning to: the linker's and wasm-bindgen's. Ours are in `wasm_cleave_contract`.

/// Import module of what wasm-bindgen implements.
pub const BINDGEN_IMPORTS: &str = "__wbindgen_placeholder__";

/// What the marker imports begin with whose callers wasm-bindgen interprets (0.2.130).
pub const BINDGEN_MARKER_PREFIX: &str = "__wbindgen_describe";

/// Export that allocates, `(size: i32, align: i32) -> i32`. Start functions that wasm-bindgen writes call it for the
/// stack of a new thread, and then for its thread-local data (0.2.130).
pub const BINDGEN_MALLOC: &str = "__wbindgen_malloc";

/// Exported globals of the linker: the size and the alignment of thread-local data. wasm-bindgen removes the exports.
pub const TLS_SIZE: &str = "__tls_size";

/// See [`TLS_SIZE`].
pub const TLS_ALIGN: &str = "__tls_align";

/// Custom section by which wasm-bindgen knows its programs.
pub const BINDGEN_SECTION: &str = "__wasm_bindgen_unstable";

/// Import module that wasm-bindgen's output has instead.
pub const BINDGEN_OUTPUT_IMPORTS: &str = "wbg";

/// Custom section with the symbol table.
pub const LINKING: &str = "linking";

/// What the names of the relocation sections begin with.
pub const RELOC_PREFIX: &str = "reloc.";

/// What the names of sections with debug information begin with.
pub const DEBUG_PREFIX: &str = ".debug_";

/// Custom section with names.
pub const NAME: &str = "name";

/// Segment of thread-local data.
pub const TLS_SEGMENT: &str = ".tdata";
