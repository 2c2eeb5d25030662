//! What can go wrong with a load, and what the person who reads the message should do about it.

use std::fmt;
use std::sync::Arc;

use wasm_bindgen::JsValue;

use crate::js;

/// The `name` of the JavaScript `Error` that a [`LoadError`] converts into.
pub(crate) const JS_NAME: &str = "ChunkLoadError";

/// Why a chunk could not be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server, or the file system, has no such file.
    NotFound,
    /// The server answered with this status.
    Http(u16),
    /// No answer came, or it broke off.
    Network,
    /// The time limit passed.
    Timeout,
    /// The bytes are not those that the program was built with.
    Integrity,
    /// The engine refused to compile the bytes.
    Compile,
    /// The chunk belongs to another build of the program.
    OtherBuild,
    /// The engine refused to link the chunk with the running program.
    Instantiate,
    /// The program's own list of chunks is damaged or incomplete.
    Manifest,
    /// The backend cannot work here, or failed in a way of its own.
    Backend,
    /// The call would have to wait, on a thread that must not block.
    CannotBlock,
    /// The thread that fetches for all others did not answer in time.
    NoAnswer,
    /// The memory that threads share has no room for the bytes.
    Memory,
}

impl ErrorKind {
    /// Whether trying again, without reloading the page, can help.
    pub fn is_retryable(self) -> bool {
        match self {
            ErrorKind::Network
            | ErrorKind::Timeout
            | ErrorKind::Integrity
            | ErrorKind::NoAnswer => true,
            ErrorKind::Http(status) => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }

    fn reason(self) -> &'static str {
        match self {
            ErrorKind::NotFound => "there is no such file",
            ErrorKind::Http(_) => "the server refused",
            ErrorKind::Network => "the connection failed",
            ErrorKind::Timeout => "it took too long",
            ErrorKind::Integrity => "the bytes are not those of this program's build",
            ErrorKind::Compile => "it does not compile",
            ErrorKind::OtherBuild => "it belongs to another build of the program",
            ErrorKind::Instantiate => "it does not link with the running program",
            ErrorKind::Manifest => "the program's list of chunks is unusable",
            ErrorKind::Backend => "the backend failed",
            ErrorKind::CannotBlock => "it is not loaded, and this thread must not block",
            ErrorKind::NoAnswer => "the thread that fetches for all others does not answer",
            ErrorKind::Memory => "the program's memory has no room for it",
        }
    }

    fn help(self) -> &'static str {
        match self {
            ErrorKind::NotFound | ErrorKind::OtherBuild => {
                "the server probably has another build by now: reload the page"
            }
            ErrorKind::Http(_) => "look at the server's log, or try again later",
            ErrorKind::Network => "check the connection and try again",
            ErrorKind::Timeout => "try again, or raise the limits of `wasm_cleave::Config`",
            ErrorKind::Integrity => {
                "reload the page; if that does not help, see that nothing between build and browser rewrites `.wasm` files"
            }
            ErrorKind::Compile => {
                "see that the browser knows the features the program was built with"
            }
            ErrorKind::Instantiate | ErrorKind::Manifest => {
                "deploy all files of one `wasm-cleave` run together"
            }
            ErrorKind::Backend => "see the backend that was given to `wasm_cleave::Config`",
            ErrorKind::CannotBlock => "await the call, or load the split before",
            ErrorKind::NoAnswer => {
                "the page must not wait for threads that wait for it: await `threads::run` there instead of calling rayon, or preload the split"
            }
            ErrorKind::Memory => "free memory and try again, or build with a larger `--max-memory`",
        }
    }
}

/// A failed load of a chunk.
///
/// A failure is reported to everybody who waited for the chunk and then forgotten: the next call tries again.
/// Converts into a JavaScript `Error` named `ChunkLoadError`, so that `?` works in functions returning
/// `Result<_, JsValue>`.
#[derive(Clone, PartialEq, Eq)]
pub struct LoadError(Arc<Inner>);

#[derive(PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    chunk: String,
    url: String,
    attempts: u32,
    detail: String,
}

impl LoadError {
    pub(crate) fn new(
        kind: ErrorKind,
        chunk: String,
        url: String,
        attempts: u32,
        detail: String,
    ) -> Self {
        LoadError(Arc::new(Inner {
            kind,
            chunk,
            url,
            attempts,
            detail,
        }))
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file name of the chunk; empty if the failure concerns none in particular.
    pub fn chunk(&self) -> &str {
        &self.0.chunk
    }

    /// The URL that was asked for; empty if it did not come to that.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// How many times it was tried before giving up.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What the engine, the server or the backend said; may be empty.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Whether trying again, without reloading the page, can help.
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_retryable()
    }
}

/// What a backend, or linking, failed with, before anybody knows whether there will be another attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) detail: String,
}

impl Failure {
    /// A failure of this kind; `detail` is what the user should read about it besides, or empty.
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Failure {
            kind,
            detail: detail.into(),
        }
    }

    /// A failure of this kind with the text of what JavaScript has thrown.
    pub fn thrown(kind: ErrorKind, thrown: &JsValue) -> Self {
        Failure {
            kind,
            detail: js::text(thrown),
        }
    }
}

// Writes pieces instead of one format string: this code is part of every program's main module.
impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            kind,
            chunk,
            url,
            attempts,
            detail,
        } = &*self.0;
        f.write_str("cannot load ")?;
        if chunk.is_empty() {
            f.write_str("a chunk")?;
        } else {
            f.write_str("chunk `")?;
            f.write_str(chunk)?;
            f.write_str("`")?;
        }
        if !url.is_empty() {
            f.write_str(" from ")?;
            f.write_str(url)?;
        }
        f.write_str(": ")?;
        f.write_str(kind.reason())?;
        if let ErrorKind::Http(status) = kind {
            f.write_str(" with status ")?;
            fmt::Display::fmt(status, f)?;
        }
        if !detail.is_empty() {
            f.write_str(" (")?;
            f.write_str(detail)?;
            f.write_str(")")?;
        }
        if *attempts > 1 {
            f.write_str(", after ")?;
            fmt::Display::fmt(attempts, f)?;
            f.write_str(" attempts")?;
        }
        f.write_str("\nhelp: ")?;
        f.write_str(kind.help())
    }
}

/// The kind and the whole message: it is what `unwrap` shows.
impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.kind, f)?;
        f.write_str(": ")?;
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for LoadError {}

impl From<LoadError> for JsValue {
    fn from(error: LoadError) -> Self {
        let js = js_sys::Error::new(&error.to_string());
        js.set_name(JS_NAME);
        js.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_says_what_where_why_and_what_to_do() {
        let error = LoadError::new(
            ErrorKind::Http(503),
            "app-a.wasm".into(),
            "https://x.example/app-a.wasm".into(),
            4,
            "Service Unavailable".into(),
        );
        assert_eq!(
            error.to_string(),
            "cannot load chunk `app-a.wasm` from https://x.example/app-a.wasm: the server refused with status 503 \
             (Service Unavailable), after 4 attempts\nhelp: look at the server's log, or try again later"
        );
        assert!(error.is_retryable());
    }

    #[test]
    fn unwrap_shows_the_whole_message() {
        let error = LoadError::new(
            ErrorKind::NotFound,
            "app-a.wasm".into(),
            String::new(),
            1,
            String::new(),
        );
        assert_eq!(format!("{error:?}"), format!("NotFound: {error}"));
    }

    #[test]
    fn a_load_error_can_travel() {
        fn travels<T: Clone + Send + Sync + std::error::Error + 'static>() {}
        travels::<LoadError>();
    }
}
