//! Step 1 of `protocol/publish.rs`: what this thread has fetched goes to all threads.

use super::common::chunks;
use super::{connection, instances, role};
use crate::error::{FetchError, LoadError, LoadErrorKind};
use crate::ids::ChunkIndex;
use crate::source::{Fetched, Origin};

/// Keeps a chunk for all threads; its bytes are checked.
///
/// # Errors
/// If there are no bytes, or the page cannot link it.
pub(super) async fn store(chunk: ChunkIndex, fetched: Fetched) -> Result<(), LoadError> {
    let module = fetched.module.clone();
    let (bytes, origin) = keep_here(chunk, fetched)?;
    if role::is_here() {
        // The page cannot link a large chunk later, in the middle of a call.
        if instances::is_large(chunk) {
            let linked = instances::link(chunk, &module).await;
            linked.map_err(|failure| origin.error(failure))?;
        }
        chunks().get(chunk).set_sent();
        connection::send(chunk, &module);
    }
    offer(chunk, bytes);
    Ok(())
}

/// The same on a thread that may block, and so is not the coordinator.
pub(super) fn store_blocking(chunk: ChunkIndex, fetched: Fetched) -> Result<(), LoadError> {
    let (bytes, _) = keep_here(chunk, fetched)?;
    offer(chunk, bytes);
    Ok(())
}

/// Keeps the compiled chunk for this thread: the bytes that are for others.
fn keep_here(chunk: ChunkIndex, fetched: Fetched) -> Result<(Option<Vec<u8>>, Origin), LoadError> {
    let Fetched {
        module,
        kept,
        origin,
    } = fetched;
    let shared = chunks().get(chunk);
    let bytes = kept.take();
    if bytes.is_none() && !shared.has_bytes() {
        let detail =
            "other threads need the bytes: a backend has to compile with `Request::compile`";
        return Err(origin.error(FetchError::new(LoadErrorKind::Backend, detail)));
    }
    shared.compilations.add_one();
    instances::keep(chunk, module);
    Ok((bytes, origin))
}

fn offer(chunk: ChunkIndex, bytes: Option<Vec<u8>>) {
    let shared = chunks().get(chunk);
    if let (Some(bytes), false) = (bytes, shared.has_bytes()) {
        shared.publication.offer(bytes.into());
    }
}
