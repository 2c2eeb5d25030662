//! What can go wrong between the page and the audio thread, and what to do about it.

use std::fmt;

use crate::error::impl_error;

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

    fn name(self) -> &'static str {
        match self {
            AudioErrorKind::NotShared => "NotShared",
            AudioErrorKind::Script => "Script",
            AudioErrorKind::Start => "Start",
            AudioErrorKind::Memory => "Memory",
            AudioErrorKind::Node => "Node",
            AudioErrorKind::Processor => "Processor",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(self) -> &'static str {
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
                "check that the context is not closed, and that the numbers of channels are between 1 and 32"
            }
            AudioErrorKind::Processor => {
                "look for a panic in `process` or `command`; other nodes continue"
            }
        }
    }
}

/// A processor could not be started, or has failed.
///
/// Converts into a JavaScript `Error` named `AudioError`, with the property `kind`.
///
/// ```no_run
/// use wasm_cleave::audio::{AudioErrorKind, Worklet};
///
/// async fn start(context: &web_sys::BaseAudioContext) -> Option<Worklet> {
///     match Worklet::start(context).await {
///         Ok(worklet) => Some(worklet),
///         Err(error) if error.kind() == AudioErrorKind::NotShared => None, // play without effects
///         Err(error) => panic!("{error}; {}", error.help()),
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
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
    #[must_use]
    pub fn kind(&self) -> AudioErrorKind {
        self.kind
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.kind.help()
    }
}

impl fmt::Display for AudioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.what())?;
        if !self.detail.is_empty() {
            f.write_str(": ")?;
            f.write_str(&self.detail)?;
        }
        Ok(())
    }
}

impl_error!(AudioError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unwrap_shows_the_whole_message() {
        let error = AudioError::new(AudioErrorKind::Node, "closed");
        assert_eq!(
            format!("{error:?}"),
            format!("Node: {error}\nhelp: {}", error.help())
        );
    }
}
