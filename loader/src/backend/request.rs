//! What a backend is asked for, what it does with the bytes that it gets, and how it says how far it is.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use js_sys::Uint8Array;
use js_sys::WebAssembly::Module;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

use super::verify::{Verifier, check_at_once};
use crate::error::{FetchError, LoadErrorKind};
use crate::identity::build_of;
use crate::ids::ChunkIndex;
use crate::js;
use crate::manifest::{BuildId, Chunk};
use crate::memory::kept::Kept;
use crate::time::Millis;

/// What [`Backend::fetch`] returns; `Box::pin(async move { … })` makes one.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Module, FetchError>> + 'a>>;

/// How a compiled chunk reaches this thread.
///
/// The loader calls it once for each attempt, sees to retries and time limits, and checks the build of what it gets.
///
/// Where threads share one memory, the bytes go to all of them: what a backend returns has to come from
/// [`Request::compile`], with this request or a clone of it. A call that [blocks](crate::Call::wait) polls the future
/// once and cannot return to the event loop: it succeeds with backends that get the bytes at once.
///
/// A backend that takes the chunks from memory:
/// ```
/// use wasm_cleave::backend::{Backend, FetchError, Fetching, Request};
/// use wasm_cleave::{Config, LoadErrorKind, configure};
///
/// struct Embedded(fn(&str) -> Option<&'static [u8]>);
///
/// impl Backend for Embedded {
///     fn fetch(&self, request: Request) -> Fetching<'_> {
///         Box::pin(async move {
///             let bytes = (self.0)(request.file())
///                 .ok_or_else(|| FetchError::new(LoadErrorKind::NotFound, "not embedded"))?;
///             request.compile(&bytes.into()).await
///         })
///     }
/// }
///
/// configure(Config::new().backend(Embedded(|_name| None)));
/// ```
pub trait Backend {
    /// Brings the chunk that `request` names, compiled. Dropping the future gives it up.
    fn fetch(&self, request: Request) -> Fetching<'_>;
}

/// Which cookies and other credentials go with a request.
///
/// ```
/// use wasm_cleave::{Config, Credentials, configure};
///
/// configure(Config::new().base("https://cdn.example/app/").credentials(Credentials::Omit));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Credentials {
    /// None.
    Omit,
    /// Those of the page, to the page's own origin.
    #[default]
    SameOrigin,
    /// Those of the page, to other origins too.
    Include,
}

impl Credentials {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Credentials::Omit => "omit",
            Credentials::SameOrigin => "same-origin",
            Credentials::Include => "include",
        }
    }
}

/// What is to know how many bytes of a chunk have arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observer {
    pub(crate) chunk: ChunkIndex,
    pub(crate) received: fn(ChunkIndex, u32),
}

/// One attempt to get one chunk, for a [`Backend`].
///
/// ```
/// use js_sys::Uint8Array;
/// use wasm_cleave::backend::{FetchError, Module, Request};
///
/// async fn compile(request: Request, bytes: Uint8Array) -> Result<Module, FetchError> {
///     request.received(bytes.length());
///     request.compile(&bytes).await
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) file: Chunk,
    pub(crate) build: BuildId,
    pub(crate) url: String,
    pub(crate) attempt: u32,
    pub(crate) time_limit: Millis,
    pub(crate) credentials: Credentials,
    pub(crate) signal: AbortSignal,
    pub(crate) observer: Observer,
    /// Where the bytes go, once they are checked, if other threads will need them.
    pub(crate) kept: Kept,
}

impl Request {
    /// File name of the chunk.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file.file
    }

    /// Where the file should be.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Size of the file in bytes, uncompressed.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.file.size
    }

    /// SHA-256 of the file.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.file.sha256
    }

    /// Which attempt this is, the first one being 1. From the second on caches should be bypassed.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// How long this attempt may take before the loader gives it up.
    #[must_use]
    pub fn time_limit(&self) -> Duration {
        self.time_limit.into()
    }

    /// The credentials that were configured.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        self.credentials
    }

    /// Fires when the time limit has passed, or the attempt has failed.
    #[must_use]
    pub fn signal(&self) -> &AbortSignal {
        &self.signal
    }

    /// Reports that so many bytes of the file have arrived in this attempt, for the progress.
    pub fn received(&self, bytes: u32) {
        (self.observer.received)(self.observer.chunk, bytes);
    }

    /// Checks the size and, where the engine can, the hash of `bytes`, and compiles them.
    ///
    /// # Errors
    /// [`LoadErrorKind::Integrity`], [`LoadErrorKind::OtherBuild`] or [`LoadErrorKind::Compile`], and [`LoadErrorKind::Memory`] where
    /// memory is shared.
    pub async fn compile(&self, bytes: &Uint8Array) -> Result<Module, FetchError> {
        if let Some(thread) = self.kept.by_itself() {
            let checked = check_at_once(&thread, &self.file, bytes, &self.kept)?;
            return self.judge(checked, thread.compile(bytes));
        }
        let mut verifier = Verifier::new(&self.file)?;
        let compiling = js::compile(bytes);
        verifier.add(bytes);
        self.judge(verifier.end(&self.kept).await, compiling.await)
    }

    /// What comes of bytes that were checked and compiled.
    pub(super) fn judge(
        &self,
        checked: Result<(), String>,
        compiled: Result<JsValue, JsValue>,
    ) -> Result<Module, FetchError> {
        let compiled = compiled.map(JsCast::unchecked_into::<Module>);
        match (checked, compiled) {
            (Ok(()), Ok(module)) => Ok(module),
            (Ok(()), Err(thrown)) => Err(FetchError::thrown(LoadErrorKind::Compile, &thrown)),
            // Which of the two decides what the user should do about it.
            (Err(detail), Ok(module)) if build_of(&module).is_some_and(|b| b != self.build) => {
                Err(FetchError::new(LoadErrorKind::OtherBuild, detail))
            }
            (Err(detail), _) => Err(FetchError::new(LoadErrorKind::Integrity, detail)),
        }
    }
}
