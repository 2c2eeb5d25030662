//! Brings one chunk into the program: attempts, pauses and limits, from the request to ready.

use wasm_bindgen::JsValue;
use web_sys::AbortController;

use crate::backend::{self, Request};
use crate::config::Config;
use crate::error::{ErrorKind, Failure, LoadError};
use crate::ids::ChunkIndex;
#[cfg(not(target_feature = "atomics"))]
use crate::instantiate::instantiate;
use crate::load::Target;
use crate::progress::{Step, note};
#[cfg(target_feature = "atomics")]
use crate::shared;
use crate::time::Millis;
use crate::{js, state};

/// Starts to load a chunk for `target`, as whose registry has just marked it as loading, and reports there in the end.
pub(crate) fn start(chunk: ChunkIndex, target: Target) {
    js::spawn(async move {
        let result = obtain(chunk, target).await;
        let step = match &result {
            Ok(()) => reached(target),
            Err(error) => Some(Step::Failed(error.clone())),
        };
        let wakers = state::with(|state| state.registry(target).finish(chunk, &result));
        if let Some(step) = step {
            note(chunk, step, js::clock());
        }
        for waker in wakers {
            waker.wake();
        }
    });
}

/// What a load for `target` has come to when it ends well.
fn reached(target: Target) -> Option<Step> {
    match target {
        #[cfg(target_feature = "atomics")]
        Target::Bytes(_) => None,
        Target::Entry(_) | Target::Split(_) => Some(Step::Ready),
    }
}

#[cfg(not(target_feature = "atomics"))]
async fn obtain(chunk: ChunkIndex, _: Target) -> Result<(), LoadError> {
    fetch(chunk).await
}

#[cfg(target_feature = "atomics")]
async fn obtain(chunk: ChunkIndex, target: Target) -> Result<(), LoadError> {
    if let Target::Bytes(_) = target {
        // Another thread may have brought them while somebody's ask was on its way.
        return match shared::has_bytes(chunk) {
            true => Ok(()),
            false => fetch(chunk).await,
        };
    }
    shared::get_bytes(chunk).await?;
    let brought = shared::bring(chunk).await;
    brought.map_err(|failure| error(chunk, failure))
}

/// A failure that has nothing to do with a request.
pub(crate) fn error(chunk: ChunkIndex, failure: Failure) -> LoadError {
    let Failure { kind, detail } = failure;
    let file = state::with(|state| state.file(chunk).file.clone());
    LoadError::new(kind, file, String::new(), 0, detail)
}

/// All attempts to get a chunk from outside: part of the program in the end or, where memory is shared, in memory.
async fn fetch(chunk: ChunkIndex) -> Result<(), LoadError> {
    let start = js::clock();
    let (config, file) = state::with(|state| (state.config.clone(), state.file(chunk).clone()));
    let left = || Millis(start.0 + config.time_limit.0 - js::clock().0);
    let fail = |failure: Failure, url: &str, attempts| {
        let Failure { kind, detail } = failure;
        LoadError::new(kind, file.file.clone(), url.to_owned(), attempts, detail)
    };
    let url = match locate(&file.file, config.base.as_deref()) {
        Ok(url) => url,
        Err(thrown) => return Err(fail(Failure::thrown(ErrorKind::Backend, &thrown), "", 0)),
    };
    let mut attempt = 1;
    loop {
        note(chunk, Step::Asked(attempt), js::clock());
        let Err(failure) = try_once(chunk, &url, attempt, left(), &config).await else {
            return Ok(());
        };
        let pause = config
            .retries
            .pause_after(attempt, failure.kind, js::random(), left());
        match pause {
            Some(pause) => js::Timer::new(pause).await,
            None => return Err(fail(failure, &url, attempt)),
        }
        attempt += 1;
    }
}

/// The URL of a chunk.
fn locate(file: &str, base: Option<&str>) -> Result<String, JsValue> {
    let Some(base) = base else {
        return Ok(js::locate(file));
    };
    let mut folder = js::Url::relative(base, &js::base())?.href();
    if !folder.ends_with('/') {
        folder.push('/');
    }
    Ok(js::Url::relative(file, &folder)?.href())
}

async fn try_once(
    chunk: ChunkIndex,
    url: &str,
    attempt: u32,
    left: Millis,
    config: &Config,
) -> Result<(), Failure> {
    let thrown = |thrown: JsValue| Failure::thrown(ErrorKind::Backend, &thrown);
    let abort = AbortController::new().map_err(thrown)?;
    let limit = config.attempt_limit.min(left);
    let build = state::with(|state| state.build());
    let request = Request {
        chunk,
        file: state::with(|state| state.file(chunk).clone()),
        build,
        url: url.to_owned(),
        attempt,
        time_limit: limit,
        credentials: config.credentials,
        signal: abort.signal(),
        #[cfg(target_feature = "atomics")]
        checked: Default::default(),
    };
    #[cfg(target_feature = "atomics")]
    let bytes = {
        shared::count_fetch(chunk);
        request.checked.clone()
    };
    let fetched = js::within(limit, backend::fetch(config, request)).await;
    let Some(module) = fetched else {
        abort.abort();
        return Err(Failure::new(ErrorKind::Timeout, ""));
    };
    // What else comes of the request is of no use.
    let module = module.inspect_err(|_| abort.abort())?;
    note(chunk, Step::Compiled, js::clock());
    // Outside of the time limit: it takes no network, and must not be cut off in the middle.
    #[cfg(not(target_feature = "atomics"))]
    return instantiate(&module, build).await;
    #[cfg(target_feature = "atomics")]
    shared::keep(chunk, module, bytes.take()).await
}
