//! What can go wrong between the page and the audio thread, and what to do about it.

use std::fmt;

use wasm_bindgen::JsValue;

/// Why there is no sound from a processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AudioErrorKind {
    /// Memory cannot be shared with the audio thread.
    NotShared,
    /// The script of the audio thread did not load.
    Script,
    /// The program did not start on the audio thread.
    Start,
    /// Memory has no room for the stack of the audio thread.
    Memory,
    /// The engine refused to make the node.
    Node,
    /// The processor panicked, or threw.
    Processor,
}

impl AudioErrorKind {
    fn what(self) -> &'static str {
        match self {
            AudioErrorKind::NotShared => "the audio thread cannot share the program's memory",
            AudioErrorKind::Script => "the script of the audio thread did not load",
            AudioErrorKind::Start => "the program did not start on the audio thread",
            AudioErrorKind::Memory => "there is no room for the audio thread",
            AudioErrorKind::Node => "the audio node could not be made",
            AudioErrorKind::Processor => "the audio processor has failed",
        }
    }

    fn help(self) -> &'static str {
        match self {
            AudioErrorKind::NotShared => {
                "build with `wasm-cleave build --threads`, and serve all files with the headers \
                 `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`; \
                 processors are made in the page's memory, so there is no other way"
            }
            AudioErrorKind::Script => {
                "deploy all files of one `wasm-cleave` run together, and serve them from a secure origin"
            }
            AudioErrorKind::Start => "deploy all files of one `wasm-cleave` run together",
            AudioErrorKind::Memory => "free memory, or build with a larger `--max-memory`",
            AudioErrorKind::Node => {
                "see that the context is not closed, and that the numbers of channels are between 1 and 32"
            }
            AudioErrorKind::Processor => {
                "look for a panic in `process` or `command`; other nodes go on"
            }
        }
    }
}

/// A processor could not be set to work, or has failed.
///
/// Converts into a JavaScript `Error`.
#[derive(Clone, PartialEq, Eq)]
pub struct AudioError {
    kind: AudioErrorKind,
    detail: String,
}

impl AudioError {
    pub(super) fn new(kind: AudioErrorKind, detail: impl Into<String>) -> Self {
        AudioError {
            kind,
            detail: detail.into(),
        }
    }

    /// What went wrong.
    pub fn kind(&self) -> AudioErrorKind {
        self.kind
    }
}

impl fmt::Display for AudioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.what())?;
        if !self.detail.is_empty() {
            f.write_str(": ")?;
            f.write_str(&self.detail)?;
        }
        f.write_str("\nhelp: ")?;
        f.write_str(self.kind.help())
    }
}

/// The kind and the whole message: it is what `unwrap` shows.
impl fmt::Debug for AudioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.kind, f)?;
        f.write_str(": ")?;
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for AudioError {}

impl From<AudioError> for JsValue {
    fn from(error: AudioError) -> Self {
        js_sys::Error::new(&error.to_string()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unwrap_shows_the_whole_message() {
        let error = AudioError::new(AudioErrorKind::Node, "closed");
        assert_eq!(format!("{error:?}"), format!("Node: {error}"));
    }
}
