//! Loading where memory is shared: steps 1 to 5 of `publish.rs`, as far as other threads have not done them.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

use super::here;
use super::program::Program;
use super::publish::{Claimed, Seen};
use crate::error::{ErrorKind, Failure};
use crate::identity::build_of;
use crate::ids::ChunkIndex;
use crate::js::{self, Module};
use crate::progress::{Step, note};
use crate::state;
use crate::time::Millis;

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

/// Step 1: keeps what this thread has fetched. `bytes` are checked.
///
/// # Errors
/// If the chunk is of another build, or there are no bytes.
pub(crate) fn keep(
    chunk: ChunkIndex,
    module: Module,
    bytes: Option<Uint8Array>,
) -> Result<(), Failure> {
    if build_of(&module) != Some(state::with(|state| state.build())) {
        return Err(Failure::new(ErrorKind::OtherBuild, ""));
    }
    let shared = Program::get().chunk(chunk);
    if shared.publication.bytes().is_none() {
        let Some(bytes) = bytes else {
            let detail =
                "other threads need the bytes: a backend has to compile with `Request::compile`";
            return Err(Failure::new(ErrorKind::Backend, detail));
        };
        shared.publication.offer(bytes.to_vec().into());
    }
    shared.compilations.add_one();
    here::keep(chunk, module);
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
    settle(chunk).await
}

async fn compiled(chunk: ChunkIndex) -> Result<Module, Failure> {
    if let Some(module) = here::module(chunk) {
        return Ok(module);
    }
    let shared = Program::get().chunk(chunk);
    let bytes = shared.publication.bytes().map_or(&[][..], |bytes| bytes);
    shared.compilations.add_one();
    match js::compile(&here::copied_bytes(bytes)).await {
        Ok(module) => {
            let module: Module = module.unchecked_into();
            here::keep(chunk, module.clone());
            Ok(module)
        }
        Err(thrown) => Err(Failure::thrown(ErrorKind::Compile, &thrown)),
    }
}

/// Step 2. A stub may link the chunk first while this waits.
async fn link(chunk: ChunkIndex, module: &Module) -> Result<(), JsValue> {
    if state::with(|state| state.file(chunk).size) <= LARGEST_AT_ONCE {
        return here::link_now(chunk, module);
    }
    let instance = js::instantiate(module, &here::imports()).await?;
    // If a stub was quicker, the table holds equal functions of two instances, which have no state of their own.
    here::linked(chunk, &instance.unchecked_into());
    Ok(())
}

/// Steps 3 to 5, or waiting for who does them.
async fn settle(chunk: ChunkIndex) -> Result<(), Failure> {
    let publication = &Program::get().chunk(chunk).publication;
    let mut claimed = publication.claim();
    let mut patience: Option<Patience> = None;
    loop {
        match claimed {
            Claimed::Ready => return Ok(()),
            Claimed::Mine(claim) => {
                // From here to `ready` this thread does nothing but write. If it throws, the claim is given back.
                if let Some(init) = here::init(chunk) {
                    init.call0(&JsValue::UNDEFINED).map_err(refused)?;
                }
                return claim.ready().map_err(|_| {
                    let detail = "this thread was stopped for too long while it wrote the chunk's data, \
                                  and may have undone changes";
                    Failure::new(ErrorKind::Instantiate, detail)
                });
            }
            Claimed::Theirs(seen) => {
                let mut watch = match patience.take() {
                    Some(watch) if watch.seen == seen => watch,
                    _ => Patience::new(seen),
                };
                claimed = if watch.waited >= TAKE_OVER_AFTER {
                    publication.take_over(seen)
                } else {
                    watch.wait().await;
                    publication.claim()
                };
                patience = Some(watch);
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

    async fn wait(&mut self) {
        js::Timer::new(self.pause).await;
        self.waited.0 += self.pause.0;
        self.pause.0 = (self.pause.0 * 2.0).min(LOOK_AFTER.1.0);
    }
}
