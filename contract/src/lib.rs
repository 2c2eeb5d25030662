//! What the attribute, the loader and the splitter agree on: the names here, the format of the [`manifest`], and the
//! fields of [`messages`].
//!
//! The number in the module names is the version of this contract: the splitter refuses a program built for another.
//! This crate is an implementation detail of wasm-cleave.

pub mod manifest;
pub mod messages;

/// What the name of each of our import modules begins with, followed by the version and a colon.
pub const MODULE_PREFIX: &str = "cleave";

/// The version of the contract that this crate speaks.
pub const VERSION: u32 = 1;

/// Import module of the markers by which an entry is recognised; the import's name is the split's. `() -> ()`.
pub const MARKER_MODULE: &str = "cleave1:split";

/// Import module of the handles of `split!`: the import's name is the split's. `() -> i32`: the index of the split
/// in the manifest, or -1 where the program has no entry of that name.
pub const HANDLE_MODULE: &str = "cleave1:handle";

/// Import module of what the loader needs from the splitter.
pub const RUNTIME_MODULE: &str = "cleave1:runtime";

/// `(frame: i32, slot: i32) -> ()`: calls the entry in the slot with the frame. Becomes a `call_indirect`.
pub const CALL: &str = "call";

/// `() -> i32`: the length of the embedded manifest in bytes.
pub const MANIFEST_LEN: &str = "manifest_len";

/// `(destination: i32) -> ()`: copies the embedded manifest into memory.
pub const MANIFEST_COPY: &str = "manifest_copy";

/// The import namespace of a chunk: it is given the export object of main.
pub const MAIN_NAMESPACE: &str = "m";

/// What the names of main's exports for chunks begin with.
///
/// They have to be identifiers of JavaScript: wasm-bindgen's glue uses the table's name as one.
pub const EXPORT_PREFIX: &str = "$";

/// Main's export of its function table.
pub const EXPORT_TABLE: &str = "$_table";

/// Main's export of its memory for chunks.
pub const EXPORT_MEMORY: &str = "memory";

/// A chunk's export that writes the chunk's data into memory; absent where it has none. `() -> ()`, called once.
pub const CHUNK_INIT: &str = "init";

/// Custom section of a chunk: the build id of the program that it belongs to, 16 bytes.
pub const BUILD_SECTION: &str = "cleave.build";

/// The script beside the generated glue that knows where the program's files are, as the loader's bindings import it.
/// In the finished program its name begins with the program's.
pub const ENV_FILE: &str = "wasm-cleave-env.js";

/// Function of [`ENV_FILE`], `() -> string`: the URL to which a configured folder is relative.
pub const ENV_BASE: &str = "base";

/// Function of [`ENV_FILE`], `(file: string) -> string`: the URL of a chunk, where no folder is configured.
pub const ENV_LOCATE: &str = "locate";

/// Export of the loader where memory is shared, `(slot: i32) -> ()`: makes the function of a slot callable on this
/// thread. The splitter's stubs call it.
pub const ENSURE: &str = "__cleave_ensure";

/// Function of [`ENV_FILE`] where memory is shared, `(start message) -> thread`: starts a Worker.
pub const ENV_WORKER: &str = "worker";

/// Main's export where memory is shared, a global: where the thread that starts this one has allocated its stack. The
/// start function takes that instead of allocating one; 0 if there is none.
pub const GIVEN_STACK: &str = "$_given_stack";

/// The same for the thread-local data.
pub const GIVEN_TLS: &str = "$_given_tls";

/// Main's export where memory is shared, a constant global: how many bytes of thread-local data a thread has.
pub const TLS_SIZE: &str = "$_tls_size";

/// The same for the alignment.
pub const TLS_ALIGN: &str = "$_tls_align";

/// Export of the loader where memory is shared, `(start: i32) -> Promise | undefined`: what a Worker's script
/// calls.
pub const THREAD_RUN: &str = "__cleave_thread";

/// Function of [`ENV_FILE`], `(context, params: string) -> Promise<string>`: runs the program's script on the audio
/// thread of a context or, with parameters, the one that registers processors; resolves to the name of the processor.
pub const ENV_WORKLET: &str = "worklet";

/// Export of the loader with audio, `(modules, port) -> ()`: what the script of the audio thread calls
/// first.
pub const AUDIO_START: &str = "__cleave_audio_start";

/// Export of the loader with audio, `(chunk, module) -> ()`: links a chunk on the audio thread.
pub const AUDIO_LINK: &str = "__cleave_audio_link";

/// Export of the loader with audio, `(processor) -> string | undefined`: notes that a processor has failed; the message of
/// the panic, if it was one.
pub const AUDIO_FAIL: &str = "__cleave_audio_fail";

/// Export of the loader with audio, `(processor, frame) -> bool`: renders a block.
pub const AUDIO_PROCESS: &str = "__cleave_audio_process";
