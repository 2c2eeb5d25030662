//! Loading where memory is shared: steps 1 to 5 of `protocol/publish.rs`, as far as other threads have not done them.

#[cfg(feature = "audio")]
use wasm_bindgen::JsValue;

use super::claim::Claiming;
use super::common::chunks;
use super::coordinator::{self, Unanswered};
use super::fetch::{fetch_here, fetch_here_blocking};
use super::instances::{self, refused};
use super::{connection, ready, role, wait};
use crate::error::{FetchError, LoadError, LoadErrorKind};
use crate::ids::ChunkIndex;
use crate::js::{self, Module};
use crate::progress::Step;
use crate::report::note;
use crate::state;

/// Does all steps for `chunk`.
///
/// # Errors
/// If its bytes cannot be had, or the engine refuses to link it. Then all is as before, and it can be tried again.
pub(crate) async fn make_callable(chunk: ChunkIndex) -> Result<(), LoadError> {
    ensure_bytes(chunk).await?;
    let linked = link_and_claim(chunk).await;
    linked.map_err(|failure| state::error(chunk, failure))
}

/// Does all steps for all `chunks`, and blocks this thread meanwhile.
///
/// # Errors
/// If this thread must not block; as [`make_callable`]; and if the coordinator does not take the requests in time.
pub(crate) fn make_callable_blocking(chunks: &[ChunkIndex]) -> Result<(), LoadError> {
    let Some(&first) = chunks.first() else {
        return Ok(());
    };
    if !role::may_block() {
        return Err(state::error(
            first,
            FetchError::new(LoadErrorKind::CannotBlock, ""),
        ));
    }
    ensure_bytes_blocking(chunks)?;
    chunks.iter().try_for_each(|&chunk| {
        let linked = link_and_claim_blocking(chunk);
        linked.map_err(|failure| state::error(chunk, failure))
    })
}

/// The thread that fetches for this one.
enum Supplier {
    /// The thread itself: it coordinates, or has a backend of its own.
    ThisThread,
    Coordinator,
    /// No thread has become the coordinator yet.
    Nobody,
}

fn supplier() -> Supplier {
    let has_backend = state::with(|loads| loads.config.backend.is_some());
    match role::is_known() {
        _ if has_backend || role::is_here() => Supplier::ThisThread,
        true => Supplier::Coordinator,
        false => Supplier::Nobody,
    }
}

/// Step 1.
async fn ensure_bytes(chunk: ChunkIndex) -> Result<(), LoadError> {
    if chunks().get(chunk).has_bytes() {
        return Ok(());
    }
    if let Supplier::Coordinator = supplier() {
        note(chunk, Step::Asked(1));
        match coordinator::request(chunk).await {
            Ok(()) => return Ok(()),
            Err(Unanswered::Failed(error)) => return Err(error),
            // Small chunks are as good from here; a large one has to be on the page before it is ready.
            Err(Unanswered::Silence) if role::is_here() || !instances::is_large(chunk) => {}
            Err(Unanswered::Silence) => return Err(silence(chunk)),
        }
    }
    fetch_here(chunk).await
}

/// Step 1 on a thread that may block.
fn ensure_bytes_blocking(wanted: &[ChunkIndex]) -> Result<(), LoadError> {
    let mut missing = wanted.to_vec();
    missing.retain(|&chunk| !chunks().get(chunk).has_bytes());
    if let Supplier::ThisThread = supplier() {
        return missing.into_iter().try_for_each(fetch_here_blocking);
    }
    let brought = coordinator::request_blocking(&missing);
    brought.map_err(|unanswered| match unanswered {
        Unanswered::Failed(error) => error,
        Unanswered::Silence => silence(missing[0]),
    })
}

fn silence(chunk: ChunkIndex) -> LoadError {
    let detail = match role::is_known() {
        true => "it is busy, or waits for something itself",
        false => "there is none: the page has not used the loader yet",
    };
    state::error(chunk, FetchError::new(LoadErrorKind::NoAnswer, detail))
}

/// Steps 2 to 5 for a chunk whose bytes are in memory.
async fn link_and_claim(chunk: ChunkIndex) -> Result<(), FetchError> {
    if !instances::is_linked(chunk) {
        let module = compiled(chunk).await?;
        note(chunk, Step::Compiled);
        instances::link(chunk, &module).await?;
    }
    let mut claiming = Claiming::new(chunk);
    while let Some(pause) = claiming.step()? {
        js::Timer::new(pause).await;
    }
    Ok(())
}

/// Steps 2 to 5 for a chunk whose bytes are in memory, on a thread that may block.
fn link_and_claim_blocking(chunk: ChunkIndex) -> Result<(), FetchError> {
    let module = instances::compile_now(chunk)
        .map_err(|thrown| FetchError::thrown(LoadErrorKind::Compile, &thrown))?;
    instances::link_now(chunk, &module).map_err(refused)?;
    let mut claiming = Claiming::new(chunk);
    while let Some(pause) = claiming.step()? {
        wait::sleep(pause);
    }
    Ok(())
}

/// The compiled chunk, received or compiled by this thread.
pub(crate) async fn compiled(chunk: ChunkIndex) -> Result<Module, FetchError> {
    if chunks().get(chunk).is_sent() {
        connection::arrival(chunk).await;
    }
    instances::compile(chunk).await
}

/// Links those of `chunks` that are ready with this thread, as a call of one of their functions would.
#[cfg(feature = "rayon")]
pub(crate) fn link_here(chunks: &[ChunkIndex]) {
    for &chunk in chunks {
        if ready::is_ready(chunk) {
            // If this fails, it is tried again, and reported, when a function of the chunk is called.
            let _ = instances::compile_now(chunk)
                .and_then(|module| instances::link_now(chunk, &module));
        }
    }
}

/// Links a chunk that is ready with this thread: the module that was given, or the bytes in memory.
#[cfg(feature = "audio")]
pub(crate) fn link_given(chunk: ChunkIndex, module: Option<Module>) -> Result<(), JsValue> {
    connection::receive(chunk, module);
    let module = instances::compile_now(chunk)?;
    instances::link_now(chunk, &module)
}
