//! Names that other tools give a meaning to: the linker's and wasm-bindgen's. Ours are in `wasm_cleave_contract`.

/// Import module of what wasm-bindgen implements.
pub(crate) const BINDGEN_IMPORTS: &str = "__wbindgen_placeholder__";

/// What the marker imports begin with whose callers wasm-bindgen interprets (0.2.130).
pub(crate) const BINDGEN_MARKER_PREFIX: &str = "__wbindgen_describe";

/// Export that allocates, `(size: i32, align: i32) -> i32`. Start functions that wasm-bindgen writes call it for the
/// stack of a new thread, and then for its thread-local data (0.2.130).
pub(crate) const BINDGEN_MALLOC: &str = "__wbindgen_malloc";

/// Exported globals of the linker: the size and the alignment of thread-local data. wasm-bindgen removes the exports.
pub(crate) const TLS_SIZE: &str = "__tls_size";

/// See [`TLS_SIZE`].
pub(crate) const TLS_ALIGN: &str = "__tls_align";

/// Custom section by which wasm-bindgen knows its programs.
pub(crate) const BINDGEN_SECTION: &str = "__wasm_bindgen_unstable";

/// Import module that wasm-bindgen's output has instead.
pub(crate) const BINDGEN_OUTPUT_IMPORTS: &str = "wbg";

/// Custom section with the symbol table.
pub(crate) const LINKING: &str = "linking";

/// Custom section with the relocations of code.
pub(crate) const RELOC_CODE: &str = "reloc.CODE";

/// Custom section with the relocations of data.
pub(crate) const RELOC_DATA: &str = "reloc.DATA";

/// What the names of all relocation sections begin with.
pub(crate) const RELOC_PREFIX: &str = "reloc.";

/// What the names of sections with debug information begin with.
pub(crate) const DEBUG_PREFIX: &str = ".debug_";

/// Custom section with names.
pub(crate) const NAME: &str = "name";

/// Segment of thread-local data.
pub(crate) const TLS_SEGMENT: &str = ".tdata";
