//! The fields of the messages between the loader and the scripts that the splitter writes.
//!
//! The scripts say these names as they are; a test of the splitter compares them with the lists here.

/// Main, compiled; in a message that links a chunk, that chunk.
pub const MODULE: &str = "module";

/// The memory of all threads.
pub const MEMORY: &str = "memory";

/// Where the stack and the thread-local data of the new thread are: fields of [`ROOM_FIELDS`].
pub const ROOM: &str = "room";

/// The chunks that are compiled already.
pub const MODULES: &str = "modules";

/// A port over which later ones come.
pub const PORT: &str = "port";

/// What the thread runs: the argument of [`THREAD_RUN`](crate::THREAD_RUN).
pub const START: &str = "start";

/// Whether the thread is one of a pool.
pub const POOL: &str = "pool";

/// What the thread is called, for debuggers.
pub const NAME: &str = "name";

/// The message that starts a thread.
pub const THREAD_FIELDS: &[&str] = &[MODULE, MEMORY, ROOM, MODULES, PORT, START, POOL, NAME];

/// Address of the stack.
pub const STACK: &str = "stack";

/// Address of the thread-local data.
pub const TLS: &str = "tls";

/// How many bytes the stack has.
pub const SIZE: &str = "size";

/// What [`ROOM`] has.
pub const ROOM_FIELDS: &[&str] = &[STACK, TLS, SIZE];

/// The number of a request to the audio thread; its answer has the same.
pub const ID: &str = "id";

/// The index of the chunk to be linked.
pub const CHUNK: &str = "chunk";

/// A request to the audio thread: it begins, links a chunk, or takes a port.
pub const AUDIO_REQUEST_FIELDS: &[&str] = &[ID, MEMORY, MODULE, ROOM, MODULES, CHUNK, PORT];

/// Why the request failed, if it did.
pub const FAILED: &str = "failed";

/// Whether the thread may use its stack and its thread-local data.
pub const HAS_BEGUN: &str = "hasBegun";

/// Set if the engine could not hand over a request.
pub const UNDELIVERED: &str = "undelivered";

/// The answer of the audio thread.
pub const AUDIO_ANSWER_FIELDS: &[&str] = &[ID, FAILED, HAS_BEGUN, UNDELIVERED];

/// Address of the processor, as page and audio thread share it.
pub const PROCESSOR: &str = "processor";

/// How many frames a block has.
pub const FRAMES: &str = "frames";

/// Address of the buffers for samples.
pub const SAMPLES: &str = "samples";

/// Address of the counts of channels and of parameters' values.
pub const COUNTS: &str = "counts";

/// How many channels each input has.
pub const INPUTS: &str = "inputs";

/// How many channels each output has.
pub const OUTPUTS: &str = "outputs";

/// What a processor is constructed with.
pub const PROCESSOR_FIELDS: &[&str] =
    &[MEMORY, PROCESSOR, FRAMES, SAMPLES, COUNTS, INPUTS, OUTPUTS];
