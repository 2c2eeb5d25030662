//! Loading where memory is shared: steps 1 to 5 of `publish.rs`, as far as other threads have not done them.

use wasm_bindgen::{JsCast, JsValue};

use super::coordinator::{self, Unanswered};
use super::program::{Program, has_bytes};
use super::publish::{Claimed, Seen};
use super::{connection, here, wait};
use crate::error::{ErrorKind, Failure, LoadError};
use crate::identity::build_of;
use crate::ids::ChunkIndex;
use crate::js::{self, Module};
use crate::load::{Target, load};
use crate::progress::{Step, note};
use crate::time::Millis;
use crate::{obtain, state};

/// How long one and the same claim is watched before it is taken over.
const TAKE_OVER_AFTER: Millis = Millis(10_000.0);

/// The first and the longest pause between two looks at somebody's claim.
const LOOK_AFTER: (Millis, Millis) = (Millis(1.0), Millis(500.0));

/// Above this size Chromium's page compiles and links asynchronously only.
const LARGEST_AT_ONCE: u32 = 8 << 20;

/// Whether functions of `chunk` can be called on this thread: at once, or through a stub.
///
/// `size` is that of its file.
pub(crate) fn is_callable(chunk: ChunkIndex, size: u32) -> bool {
    let Some(program) = Program::known() else {
        return false;
    };
    let is_ready = program.chunk(chunk).publication.is_ready();
    is_ready && (size <= LARGEST_AT_ONCE || here::is_linked(chunk))
}

/// Sees to it that the bytes of `chunk` are in memory: fetches them, or asks the thread that fetches for all.
///
/// # Errors
/// When they cannot be had.
pub(crate) async fn get_bytes(chunk: ChunkIndex) -> Result<(), LoadError> {
    if has_bytes(chunk) {
        return Ok(());
    }
    if must_ask() {
        note(chunk, Step::Asked(1), js::clock());
        match coordinator::ask(chunk).await {
            Ok(()) => return Ok(()),
            Err(Unanswered::Failed(error)) => return Err(error),
            // Small chunks are as good from here; a large one has to be on the page before it is ready.
            Err(Unanswered::Silence) if coordinator::is_here() || !is_large(chunk) => {}
            Err(Unanswered::Silence) => return Err(silence(chunk)),
        }
    }
    load(Target::Bytes(chunk)).await
}

/// The same on a thread that may block.
fn get_bytes_now(chunks: &[ChunkIndex]) -> Result<(), LoadError> {
    let mut missing = chunks.to_vec();
    missing.retain(|&chunk| !has_bytes(chunk));
    coordinator::ask_and_block(&missing).map_err(|unanswered| match unanswered {
        Unanswered::Failed(error) => error,
        Unanswered::Silence => silence(missing[0]),
    })
}

/// Whether another thread fetches for this one.
fn must_ask() -> bool {
    let is_own = || state::with(|state| state.config.backend.is_some());
    coordinator::is_known() && !coordinator::is_here() && !is_own()
}

fn silence(chunk: ChunkIndex) -> LoadError {
    let detail = match coordinator::is_known() {
        true => "it is busy, or waits for something itself",
        false => "there is none: the page has not used the loader yet",
    };
    obtain::error(chunk, Failure::new(ErrorKind::NoAnswer, detail))
}

/// Step 1: keeps what this thread has fetched. `bytes` are checked.
///
/// # Errors
/// If the chunk is of another build, or there are no bytes, or the page cannot link it.
pub(crate) async fn keep(
    chunk: ChunkIndex,
    module: Module,
    bytes: Option<Vec<u8>>,
) -> Result<(), Failure> {
    if build_of(&module) != Some(state::with(|state| state.build())) {
        return Err(Failure::new(ErrorKind::OtherBuild, ""));
    }
    let shared = Program::get().chunk(chunk);
    if bytes.is_none() && shared.publication.bytes().is_none() {
        let detail =
            "other threads need the bytes: a backend has to compile with `Request::compile`";
        return Err(Failure::new(ErrorKind::Backend, detail));
    }
    shared.compilations.add_one();
    here::keep(chunk, module.clone());
    if coordinator::is_here() {
        // The page cannot link a large chunk later, in the middle of a call.
        if is_large(chunk) && !here::is_linked(chunk) {
            link(chunk, &module).await.map_err(refused)?;
        }
        shared.set_sent();
        connection::send(chunk, &module);
    }
    if let (Some(bytes), None) = (bytes, shared.publication.bytes()) {
        shared.publication.offer(bytes.into());
    }
    Ok(())
}

/// Steps 2 to 5 for a chunk whose bytes are in memory.
///
/// # Errors
/// If the engine refuses to link it. Then all is as before, and it can be tried again.
pub(crate) async fn bring(chunk: ChunkIndex) -> Result<(), Failure> {
    if !here::is_linked(chunk) {
        let module = compiled(chunk).await?;
        note(chunk, Step::Compiled, js::clock());
        link(chunk, &module).await.map_err(refused)?;
    }
    let mut settling = Settling::new(chunk);
    while let Some(pause) = settling.step()? {
        js::Timer::new(pause).await;
    }
    Ok(())
}

/// All steps for all `chunks`, blocking this thread, which must be one that may block.
///
/// # Errors
/// As when they are loaded without blocking; and if the coordinator does not take the requests in time.
pub(crate) fn bring_now(chunks: &[ChunkIndex]) -> Result<(), LoadError> {
    get_bytes_now(chunks)?;
    chunks.iter().try_for_each(|&chunk| {
        let brought = compiled_now(chunk).and_then(|module| {
            here::link_now(chunk, &module).map_err(refused)?;
            let mut settling = Settling::new(chunk);
            while let Some(pause) = settling.step()? {
                wait::sleep(pause);
            }
            Ok(())
        });
        brought.map_err(|failure| obtain::error(chunk, failure))
    })
}

/// Links those of `chunks` that are ready with this thread, as a call of one of their functions would.
#[cfg(feature = "rayon")]
pub(crate) fn link_here(chunks: &[ChunkIndex]) {
    let program = Program::get();
    for &chunk in chunks {
        if program.chunk(chunk).publication.is_ready()
            && let Ok(module) = compiled_now(chunk)
        {
            // If this fails, it is tried again, and reported, when somebody calls.
            let _ = here::link_now(chunk, &module);
        }
    }
}

/// Links a chunk that is ready with this thread: the module that was given, or the bytes in memory.
#[cfg(feature = "audio")]
pub(crate) fn link_given(chunk: ChunkIndex, module: Option<Module>) -> Result<(), JsValue> {
    if let Some(module) = module {
        here::keep(chunk, module);
    }
    let module = compile_now(chunk, bytes_of(chunk))?;
    here::link_now(chunk, &module)
}

/// The compiled chunk, on this thread, of whose bytes in memory it is made if it is not here.
pub(super) fn compile_now(chunk: ChunkIndex, bytes: &[u8]) -> Result<Module, JsValue> {
    if let Some(module) = here::module(chunk) {
        return Ok(module);
    }
    Program::get().chunk(chunk).compilations.add_one();
    let module = js::module(&here::copied_bytes(bytes))?;
    here::keep(chunk, module.clone());
    Ok(module)
}

fn compiled_now(chunk: ChunkIndex) -> Result<Module, Failure> {
    let compiled = compile_now(chunk, bytes_of(chunk));
    compiled.map_err(|thrown| Failure::thrown(ErrorKind::Compile, &thrown))
}

/// The compiled chunk, received or compiled by this thread.
pub(crate) async fn compiled(chunk: ChunkIndex) -> Result<Module, Failure> {
    let shared = Program::get().chunk(chunk);
    if shared.is_sent() {
        connection::arrival(chunk).await;
    }
    if let Some(module) = here::module(chunk) {
        return Ok(module);
    }
    shared.compilations.add_one();
    match js::compile(&here::copied_bytes(bytes_of(chunk))).await {
        Ok(module) => {
            let module: Module = module.unchecked_into();
            here::keep(chunk, module.clone());
            Ok(module)
        }
        Err(thrown) => Err(Failure::thrown(ErrorKind::Compile, &thrown)),
    }
}

fn bytes_of(chunk: ChunkIndex) -> &'static [u8] {
    let publication = &Program::get().chunk(chunk).publication;
    publication.bytes().map_or(&[], |bytes| bytes)
}

fn is_large(chunk: ChunkIndex) -> bool {
    state::with(|state| state.file(chunk).size) > LARGEST_AT_ONCE
}

/// Step 2. A stub may link the chunk first while this waits.
async fn link(chunk: ChunkIndex, module: &Module) -> Result<(), JsValue> {
    if !is_large(chunk) {
        return here::link_now(chunk, module);
    }
    let instance = js::instantiate(module, &here::imports()).await?;
    // If a stub was quicker, the table holds equal functions of two instances, which have no state of their own.
    here::linked(chunk, &instance.unchecked_into());
    Ok(())
}

/// Steps 3 to 5 of a chunk that is linked with this thread, or the wait for who does them.
struct Settling {
    chunk: ChunkIndex,
    /// Somebody's claim that is being watched.
    patience: Option<Patience>,
}

impl Settling {
    fn new(chunk: ChunkIndex) -> Self {
        Settling {
            chunk,
            patience: None,
        }
    }

    /// Does what can be done now. Gives a pause after which to come again, or `None` when the chunk is ready.
    fn step(&mut self) -> Result<Option<Millis>, Failure> {
        let publication = &Program::get().chunk(self.chunk).publication;
        let patience = self.patience.take();
        let claimed = match &patience {
            Some(watched) if watched.waited >= TAKE_OVER_AFTER => {
                publication.take_over(watched.seen)
            }
            _ => publication.claim(),
        };
        match claimed {
            Claimed::Ready => Ok(None),
            Claimed::Mine(claim) => {
                // From here to `ready` this thread does nothing but write. If it throws, the claim is given back.
                if let Some(init) = here::init(self.chunk) {
                    init.call0(&JsValue::UNDEFINED).map_err(refused)?;
                }
                claim.ready().map_err(|_| {
                    let detail = "this thread was stopped for too long while it wrote the chunk's data, \
                                  and may have undone changes";
                    Failure::new(ErrorKind::Instantiate, detail)
                })?;
                Ok(None)
            }
            Claimed::Theirs(seen) => {
                let watched = patience.filter(|watched| watched.seen == seen);
                let mut watched = watched.unwrap_or_else(|| Patience::new(seen));
                let pause = watched.next_pause();
                self.patience = Some(watched);
                Ok(Some(pause))
            }
        }
    }
}

fn refused(thrown: JsValue) -> Failure {
    Failure::thrown(ErrorKind::Instantiate, &thrown)
}

/// Somebody's claim, and for how long it has been watched at least.
struct Patience {
    seen: Seen,
    waited: Millis,
    pause: Millis,
}

impl Patience {
    fn new(seen: Seen) -> Self {
        Patience {
            seen,
            waited: Millis(0.0),
            pause: LOOK_AFTER.0,
        }
    }

    /// The pause before the next look, which counts as waited.
    fn next_pause(&mut self) -> Millis {
        let pause = self.pause;
        self.waited.0 += pause.0;
        self.pause.0 = (pause.0 * 2.0).min(LOOK_AFTER.1.0);
        pause
    }
}
