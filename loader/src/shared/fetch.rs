//! Fetches the bytes of a chunk on this thread: once, however many loads and requests of other threads want them.

use std::future::poll_fn;

use super::common::chunks;
use super::store::{store, store_blocking};
use super::wait;
use crate::error::LoadError;
use crate::ids::ChunkIndex;
use crate::progress::Step;
use crate::registry::Registry;
use crate::report::note;
use crate::{js, source, state};

/// Sees to it that the bytes of `chunk` are in memory, without asking another thread.
pub(super) async fn fetch_here(chunk: ChunkIndex) -> Result<(), LoadError> {
    let (waiter, start) = fetching(|registry| registry.wait(vec![chunk]));
    start.into_iter().for_each(begin);
    poll_fn(|context| {
        let waker = context.waker().clone();
        let (poll, _old) = fetching(|registry| registry.poll(waiter, waker));
        poll
    })
    .await
}

/// Fetches a chunk that the registry has just noted.
fn begin(chunk: ChunkIndex) {
    js::spawn(async move {
        let result = fetch_and_store(chunk).await;
        let wakers = fetching(|registry| registry.finish(chunk, &result));
        if let Err(error) = result {
            note(chunk, Step::Failed(error));
        }
        for waker in wakers {
            waker.wake();
        }
    });
}

/// The same on a thread that may block. Nothing else is fetched there meanwhile.
pub(super) fn fetch_here_blocking(chunk: ChunkIndex) -> Result<(), LoadError> {
    let fetched = source::fetch_blocking(chunk, wait::sleep)?;
    store_blocking(chunk, fetched)
}

async fn fetch_and_store(chunk: ChunkIndex) -> Result<(), LoadError> {
    // Another thread may have brought them while a request was on its way.
    if chunks().get(chunk).has_bytes() {
        return Ok(());
    }
    let fetched = source::fetch(chunk).await?;
    store(chunk, fetched).await
}

fn fetching<T>(f: impl FnOnce(&mut Registry) -> T) -> T {
    state::part(|part| f(&mut part.fetching.borrow_mut()))
}
