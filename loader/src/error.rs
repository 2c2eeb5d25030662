//! What can go wrong with a load, and what to do about it.

use std::fmt;
use std::sync::Arc;

use wasm_bindgen::JsValue;

use crate::js;

/// Implements what the crate's errors have in common, for a type with `kind()`, `help()` and `Display`.
macro_rules! impl_error {
    ($error:ident) => {
        crate::error::impl_error!($error, |js, error| js.set_name(stringify!($error)));
    };
    ($error:ident, |$js:ident, $value:ident| $complete:expr) => {
        /// The kind, the message and the help: it is what `unwrap` shows.
        impl fmt::Debug for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.kind().name())?;
                f.write_str(": ")?;
                fmt::Display::fmt(self, f)?;
                f.write_str("\nhelp: ")?;
                f.write_str(self.help())
            }
        }

        impl std::error::Error for $error {}

        impl From<$error> for wasm_bindgen::JsValue {
            fn from($value: $error) -> Self {
                let (help, kind) = ($value.help(), $value.kind().name());
                let $js = crate::js::error_with_help($value.to_string(), help, kind);
                $complete;
                $js.into()
            }
        }
    };
}
pub(crate) use impl_error;

/// The `name` of the JavaScript `Error` that a [`LoadError`] converts into.
const JS_NAME: &str = "ChunkLoadError";

/// Why a chunk could not be loaded.
///
/// ```
/// use wasm_cleave::{LoadError, LoadErrorKind};
///
/// fn advice(error: &LoadError) -> &'static str {
///     match error.kind() {
///         LoadErrorKind::NotFound | LoadErrorKind::OtherBuild => "There is a new version: reload the page.",
///         LoadErrorKind::Network | LoadErrorKind::Timeout => "Check the connection.",
///         _ => "Try again later.",
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoadErrorKind {
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

impl LoadErrorKind {
    /// Whether trying again, without reloading the page, can help.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        match self {
            LoadErrorKind::Network
            | LoadErrorKind::Timeout
            | LoadErrorKind::Integrity
            | LoadErrorKind::NoAnswer => true,
            LoadErrorKind::Http(status) => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }

    fn reason(self) -> &'static str {
        match self {
            LoadErrorKind::NotFound => "there is no such file",
            LoadErrorKind::Http(_) => "the server refused",
            LoadErrorKind::Network => "the connection failed",
            LoadErrorKind::Timeout => "it took too long",
            LoadErrorKind::Integrity => "the bytes are not those of this program's build",
            LoadErrorKind::Compile => "it does not compile",
            LoadErrorKind::OtherBuild => "it belongs to another build of the program",
            LoadErrorKind::Instantiate => "it does not link with the running program",
            LoadErrorKind::Manifest => "the program's list of chunks is unusable",
            LoadErrorKind::Backend => "the backend failed",
            LoadErrorKind::CannotBlock => "it is not loaded, and this thread must not block",
            LoadErrorKind::NoAnswer => "the thread that fetches for all others does not answer",
            LoadErrorKind::Memory => "the program's memory has no room for it",
        }
    }

    /// The name of the kind, as JavaScript gets it.
    fn name(self) -> &'static str {
        match self {
            LoadErrorKind::NotFound => "NotFound",
            LoadErrorKind::Http(_) => "Http",
            LoadErrorKind::Network => "Network",
            LoadErrorKind::Timeout => "Timeout",
            LoadErrorKind::Integrity => "Integrity",
            LoadErrorKind::Compile => "Compile",
            LoadErrorKind::OtherBuild => "OtherBuild",
            LoadErrorKind::Instantiate => "Instantiate",
            LoadErrorKind::Manifest => "Manifest",
            LoadErrorKind::Backend => "Backend",
            LoadErrorKind::CannotBlock => "CannotBlock",
            LoadErrorKind::NoAnswer => "NoAnswer",
            LoadErrorKind::Memory => "Memory",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            LoadErrorKind::NotFound | LoadErrorKind::OtherBuild => {
                "the server probably has another build by now: reload the page"
            }
            LoadErrorKind::Http(_) => "look at the server's log, or try again later",
            LoadErrorKind::Network => "check the connection and try again",
            LoadErrorKind::Timeout => "try again, or raise the limits of `wasm_cleave::Config`",
            LoadErrorKind::Integrity => {
                "reload the page; if that does not help, see that nothing between build and browser rewrites `.wasm` files"
            }
            LoadErrorKind::Compile => {
                "see that the browser knows the features the program was built with"
            }
            LoadErrorKind::Instantiate | LoadErrorKind::Manifest => {
                "deploy all files of one `wasm-cleave` run together"
            }
            LoadErrorKind::Backend => "see the backend that was given to `wasm_cleave::Config`",
            LoadErrorKind::CannotBlock => "await the call, or load the split before",
            LoadErrorKind::NoAnswer => {
                "the page must not wait for threads that wait for it: await `threads::install` there instead of calling rayon, or preload the split"
            }
            LoadErrorKind::Memory => {
                "free memory and try again, or build with a larger `--max-memory`"
            }
        }
    }
}

/// A failed load of a chunk.
///
/// A failure is reported to every waiting caller and then forgotten: the next call starts a new load.
///
/// Its message says what failed, where and why; [`help`](Self::help) says what to do. It converts into a JavaScript
/// `Error` named `ChunkLoadError`, so that `?` works in functions that return `Result<_, JsValue>`. That has the message
/// with the help, and the properties `kind` (such as `"Network"`), `file`, `url`, `attempts` and, of an
/// [`Http`](LoadErrorKind::Http) error, `status`.
///
/// ```
/// use wasm_cleave::{LoadError, wasm_split};
///
/// #[wasm_split(editor)]
/// fn open_editor() {}
///
/// async fn clicked() {
///     if let Err(error) = open_editor().await {
///         eprintln!("{error}; {}", error.help());
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LoadError(Arc<Inner>);

#[derive(PartialEq, Eq, Hash)]
struct Inner {
    kind: LoadErrorKind,
    file: String,
    url: String,
    attempts: u32,
    detail: String,
}

impl LoadError {
    pub(crate) fn new(
        kind: LoadErrorKind,
        file: String,
        url: String,
        attempts: u32,
        detail: String,
    ) -> Self {
        LoadError(Arc::new(Inner {
            kind,
            file,
            url,
            attempts,
            detail,
        }))
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> LoadErrorKind {
        self.0.kind
    }

    /// The file name of the chunk; empty if the failure concerns none in particular.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// The URL that was requested; empty if nothing was requested.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// How many attempts were made.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What the engine, the server or the backend said; may be empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.0.kind.help()
    }

    /// Whether trying again, without reloading the page, can help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_retryable()
    }
}

/// Why one attempt failed, as a [`Backend`](crate::backend::Backend) reports it.
///
/// ```
/// use wasm_cleave::LoadErrorKind;
/// use wasm_cleave::backend::FetchError;
///
/// let error = FetchError::new(LoadErrorKind::NotFound, "not in the archive");
/// assert_eq!(error.to_string(), "there is no such file (not in the archive)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchError {
    kind: LoadErrorKind,
    detail: String,
}

impl FetchError {
    /// A failure of this kind; `detail` is what the user should read about it besides, or empty.
    #[must_use]
    pub fn new(kind: LoadErrorKind, detail: impl Into<String>) -> Self {
        FetchError {
            kind,
            detail: detail.into(),
        }
    }

    /// A failure of this kind with the text of what JavaScript has thrown.
    #[must_use]
    pub fn thrown(kind: LoadErrorKind, thrown: &JsValue) -> Self {
        FetchError {
            kind,
            detail: js::text(thrown),
        }
    }

    /// What went wrong. Decides whether the loader tries again.
    #[must_use]
    pub fn kind(&self) -> LoadErrorKind {
        self.kind
    }

    /// What the user should read about it besides; may be empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn into_detail(self) -> String {
        self.detail
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_reason(f, self.kind, &self.detail)
    }
}

impl std::error::Error for FetchError {}

fn write_reason(f: &mut fmt::Formatter<'_>, kind: LoadErrorKind, detail: &str) -> fmt::Result {
    f.write_str(kind.reason())?;
    if let LoadErrorKind::Http(status) = kind {
        f.write_str(" with status ")?;
        fmt::Display::fmt(&status, f)?;
    }
    if !detail.is_empty() {
        f.write_str(" (")?;
        f.write_str(detail)?;
        f.write_str(")")?;
    }
    Ok(())
}

// Writes pieces instead of one format string: this code is part of every program's main module.
impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            kind,
            file,
            url,
            attempts,
            detail,
        } = &*self.0;
        f.write_str("cannot load ")?;
        if file.is_empty() {
            f.write_str("a chunk")?;
        } else {
            f.write_str("chunk `")?;
            f.write_str(file)?;
            f.write_str("`")?;
        }
        if !url.is_empty() {
            f.write_str(" from ")?;
            f.write_str(url)?;
        }
        f.write_str(": ")?;
        write_reason(f, *kind, detail)?;
        if *attempts > 1 {
            f.write_str(", after ")?;
            fmt::Display::fmt(attempts, f)?;
            f.write_str(" attempts")?;
        }
        Ok(())
    }
}

impl_error!(LoadError, |js, error| {
    js.set_name(JS_NAME);
    js::set(&js, "file", &error.file().into());
    js::set(&js, "url", &error.url().into());
    js::set(&js, "attempts", &error.attempts().into());
    if let LoadErrorKind::Http(status) = error.kind() {
        js::set(&js, "status", &status.into());
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_says_what_where_and_why() {
        let error = LoadError::new(
            LoadErrorKind::Http(503),
            "app-a.wasm".into(),
            "https://x.example/app-a.wasm".into(),
            4,
            "Service Unavailable".into(),
        );
        assert_eq!(
            error.to_string(),
            "cannot load chunk `app-a.wasm` from https://x.example/app-a.wasm: the server refused with status 503 \
             (Service Unavailable), after 4 attempts"
        );
        assert_eq!(error.help(), "look at the server's log, or try again later");
        assert!(error.is_retryable());
    }

    #[test]
    fn unwrap_shows_the_whole_message() {
        let error = LoadError::new(
            LoadErrorKind::NotFound,
            "app-a.wasm".into(),
            String::new(),
            1,
            String::new(),
        );
        assert_eq!(
            format!("{error:?}"),
            format!("NotFound: {error}\nhelp: {}", error.help())
        );
    }

    #[test]
    fn a_load_error_can_travel() {
        fn travels<T: Clone + Send + Sync + std::error::Error + 'static>() {}
        travels::<LoadError>();
    }
}
