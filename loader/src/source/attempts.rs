//! Fetches one chunk: attempts, pauses and limits, from the request to a compiled module of this program's build.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::AbortController;

use crate::backend::request::{Observer, Request};
use crate::backend::{self, Module};
use crate::config::Config;
use crate::error::{FetchError, LoadError, LoadErrorKind};
use crate::identity::build_of;
use crate::ids::ChunkIndex;
use crate::memory::counters::count_fetch;
use crate::memory::kept::Kept;
use crate::progress::Step;
use crate::report::note;
use crate::time::Millis;
use crate::{js, state};

/// A chunk that has been fetched.
pub(crate) struct Fetched {
    pub(crate) module: Module,
    /// The bytes, where they are kept.
    #[cfg_attr(
        not(target_feature = "atomics"),
        expect(dead_code, reason = "they are not")
    )]
    pub(crate) kept: Kept,
    pub(crate) origin: Origin,
}

/// Where a chunk has come from, for errors.
pub(crate) struct Origin {
    file: String,
    url: String,
    attempts: u32,
}

impl Origin {
    /// What the load of the chunk comes to if it fails.
    pub(crate) fn error(self, failure: FetchError) -> LoadError {
        let kind = failure.kind();
        LoadError::new(
            kind,
            self.file,
            self.url,
            self.attempts,
            failure.into_detail(),
        )
    }
}

/// Makes all attempts to get a chunk.
pub(crate) async fn fetch(chunk: ChunkIndex) -> Result<Fetched, LoadError> {
    let mut attempts = Attempts::new(chunk)?;
    loop {
        let kept = Kept::default();
        let failure = match attempts.next(kept.clone()).await {
            Ok(module) => return Ok(attempts.fetched(module, kept)),
            Err(failure) => failure,
        };
        match attempts.pause_after(&failure) {
            Some(pause) => js::Timer::new(pause).await,
            None => return Err(attempts.origin.error(failure)),
        }
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

/// The attempts to get a chunk.
pub(super) struct Attempts {
    chunk: ChunkIndex,
    pub(super) config: Rc<Config>,
    /// When the first one began.
    start: Millis,
    pub(super) origin: Origin,
}

impl Attempts {
    pub(super) fn new(chunk: ChunkIndex) -> Result<Self, LoadError> {
        let start = js::clock();
        let (config, file) =
            state::with(|loads| (loads.config.clone(), loads.file(chunk).file.clone()));
        let url = locate(&file, config.base.as_deref());
        let mut origin = Origin {
            file,
            url: String::new(),
            attempts: 0,
        };
        match url {
            Ok(url) => origin.url = url,
            Err(thrown) => {
                return Err(origin.error(FetchError::thrown(LoadErrorKind::Backend, &thrown)));
            }
        }
        Ok(Attempts {
            chunk,
            config,
            start,
            origin,
        })
    }

    async fn next(&mut self, kept: Kept) -> Result<Module, FetchError> {
        let abort = self.begin()?;
        let request = self.request(&abort, kept);
        let limit = request.time_limit;
        let backend = self.config.backend.as_deref();
        let fetched = js::within(limit, backend::fetch(backend, request)).await;
        let Some(module) = fetched else {
            abort.abort();
            return Err(FetchError::new(LoadErrorKind::Timeout, ""));
        };
        // What else comes of the request is of no use.
        let module = module.inspect_err(|_| abort.abort())?;
        self.accept(module)
    }

    /// Begins the next attempt: what gives it up.
    pub(super) fn begin(&mut self) -> Result<AbortController, FetchError> {
        self.origin.attempts += 1;
        note(self.chunk, Step::Asked(self.origin.attempts));
        AbortController::new().map_err(|thrown| FetchError::thrown(LoadErrorKind::Backend, &thrown))
    }

    /// What a backend is asked for in this attempt.
    pub(super) fn request(&self, abort: &AbortController, kept: Kept) -> Request {
        count_fetch(self.chunk);
        let (file, build) = state::with(|loads| (loads.file(self.chunk).clone(), loads.build()));
        Request {
            file,
            build,
            url: self.origin.url.clone(),
            attempt: self.origin.attempts,
            time_limit: self.config.attempt_limit.min(self.left()),
            credentials: self.config.credentials,
            signal: abort.signal(),
            observer: Observer {
                chunk: self.chunk,
                received: |chunk, bytes| note(chunk, Step::Received(bytes)),
            },
            kept,
        }
    }

    /// Takes what the backend has brought, if it is of this program's build.
    pub(super) fn accept(&self, module: Module) -> Result<Module, FetchError> {
        note(self.chunk, Step::Compiled);
        match build_of(&module) == Some(state::with(|loads| loads.build())) {
            true => Ok(module),
            false => Err(FetchError::new(LoadErrorKind::OtherBuild, "")),
        }
    }

    /// The pause before the next attempt, if there is to be one.
    pub(super) fn pause_after(&self, failure: &FetchError) -> Option<Millis> {
        let retries = self.config.retries;
        retries.pause_after(
            self.origin.attempts,
            failure.kind(),
            js::random(),
            self.left(),
        )
    }

    fn left(&self) -> Millis {
        Millis(self.start.0 + self.config.time_limit.0 - js::clock().0)
    }

    pub(super) fn fetched(self, module: Module, kept: Kept) -> Fetched {
        Fetched {
            module,
            kept,
            origin: self.origin,
        }
    }
}
