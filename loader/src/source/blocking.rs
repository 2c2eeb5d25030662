//! Fetches one chunk on a thread that does not return to its event loop meanwhile: as far as its backend can do that.

use std::task::{Context, Poll, Waker};

use super::attempts::{Attempts, Fetched};
use crate::backend::{self, Module};
use crate::error::{FetchError, LoadError, LoadErrorKind};
use crate::ids::ChunkIndex;
use crate::memory::kept::Kept;
use crate::time::Millis;

/// Makes all attempts to get a chunk, with `sleep` between them.
pub(crate) fn fetch_blocking(chunk: ChunkIndex, sleep: fn(Millis)) -> Result<Fetched, LoadError> {
    let mut attempts = Attempts::new(chunk)?;
    loop {
        let kept = Kept::blocking();
        let failure = match next(&mut attempts, kept.clone()) {
            Ok(module) => return Ok(attempts.fetched(module, kept)),
            Err(failure) => failure,
        };
        match attempts.pause_after(&failure) {
            Some(pause) => sleep(pause),
            None => return Err(attempts.origin.error(failure)),
        }
    }
}

fn next(attempts: &mut Attempts, kept: Kept) -> Result<Module, FetchError> {
    let abort = attempts.begin()?;
    let request = attempts.request(&abort, kept);
    let backend = attempts.config.backend.as_deref();
    let mut fetching = backend::fetch(backend, request);
    match fetching
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(fetched) => attempts.accept(fetched.inspect_err(|_| abort.abort())?),
        Poll::Pending => {
            abort.abort();
            let detail = "the backend of this thread needs the event loop, which a call that blocks does not return to";
            Err(FetchError::new(LoadErrorKind::CannotBlock, detail))
        }
    }
}
