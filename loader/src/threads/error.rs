//! What can go wrong with a thread: it does not start, or it ends without a result.

use std::fmt;

use wasm_bindgen::JsValue;

#[cfg(target_feature = "atomics")]
use crate::js::{get, text};

#[cfg(target_feature = "atomics")]
const ISOLATE: &str = "memory can be shared only in pages that are served with the headers \
     `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`";

#[cfg(target_feature = "atomics")]
const SAME_ORIGIN: &str = "serve the program's JavaScript from the page's own origin (chunks may come from elsewhere: \
     `Config::base`), and let its Content-Security-Policy allow Workers from there";

#[cfg(target_feature = "atomics")]
const WHERE: &str =
    "start threads on a page, on a Worker or in Node, and no more than the engine allows";

const DEPLOY: &str = "deploy all files of one `wasm-cleave` run together, on the page's own origin, and serve each with the \
     header `Cross-Origin-Embedder-Policy: require-corp`";

/// A thread could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpawnError {
    why: String,
    help: &'static str,
}

impl SpawnError {
    pub(super) fn new(why: impl Into<String>, help: &'static str) -> Self {
        SpawnError {
            why: why.into(),
            help,
        }
    }

    #[cfg(not(target_feature = "atomics"))]
    pub(super) fn not_built() -> Self {
        let help = "build it with `wasm-cleave build --threads`";
        SpawnError::new("the program is not built for threads", help)
    }

    /// What the engine has thrown instead of starting a Worker.
    #[cfg(target_feature = "atomics")]
    pub(super) fn thrown(thrown: &JsValue) -> Self {
        let name = get(thrown, "name").as_string().unwrap_or_default();
        let is_isolated = get(&js_sys::global(), "crossOriginIsolated") != JsValue::FALSE;
        let help = match &*name {
            _ if !is_isolated => ISOLATE,
            "DataCloneError" => ISOLATE,
            "SecurityError" => SAME_ORIGIN,
            _ => WHERE,
        };
        SpawnError::new(text(thrown), help)
    }

    /// Whether no thread can share the memory here, however often it is tried.
    #[cfg(all(feature = "rayon", target_feature = "atomics"))]
    pub(super) fn is_unshared(&self) -> bool {
        self.help == ISOLATE
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot start a thread: ")?;
        f.write_str(&self.why)?;
        f.write_str("\nhelp: ")?;
        f.write_str(self.help)
    }
}

impl std::error::Error for SpawnError {}

impl From<SpawnError> for JsValue {
    fn from(error: SpawnError) -> Self {
        js_sys::Error::new(&error.to_string()).into()
    }
}

/// Why a thread ended without a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinError {
    name: Option<String>,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(target_feature = "atomics"),
    expect(dead_code, reason = "no thread starts")
)]
pub(super) enum Reason {
    /// By [`Handle::terminate`](super::Handle::terminate).
    Terminated,
    /// The Worker has failed before it began; what the engine says about it.
    NotBegun(String),
    /// It panicked or trapped; what the engine says about it.
    Failed(String),
}

impl JoinError {
    #[cfg(target_feature = "atomics")]
    pub(super) fn new(name: Option<String>, reason: Reason) -> Self {
        JoinError { name, reason }
    }

    /// Whether [`Handle::terminate`](super::Handle::terminate) ended it.
    pub fn is_terminated(&self) -> bool {
        self.reason == Reason::Terminated
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("thread ")?;
        if let Some(name) = &self.name {
            f.write_str("`")?;
            f.write_str(name)?;
            f.write_str("` ")?;
        }
        match &self.reason {
            Reason::Terminated => f.write_str("was terminated"),
            Reason::NotBegun(why) => {
                f.write_str("did not start: ")?;
                f.write_str(why)?;
                f.write_str("\nhelp: ")?;
                f.write_str(DEPLOY)
            }
            Reason::Failed(why) => {
                f.write_str("failed: ")?;
                f.write_str(why)?;
                f.write_str("\nhelp: `RuntimeError: unreachable` is a panic; a panic hook prints its message")
            }
        }
    }
}

impl std::error::Error for JoinError {}

impl From<JoinError> for JsValue {
    fn from(error: JoinError) -> Self {
        js_sys::Error::new(&error.to_string()).into()
    }
}
