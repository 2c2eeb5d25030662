//! Time as JavaScript counts it: `Duration` would bring its arithmetic into every program's main module.

use std::time::Duration;

/// Milliseconds: a span, or a moment on the clock of `performance.now()`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Millis(pub(crate) f64);

impl Millis {
    /// The shorter of two spans.
    pub(crate) fn min(self, other: Millis) -> Millis {
        Millis(self.0.min(other.0))
    }
}

impl From<Duration> for Millis {
    fn from(duration: Duration) -> Self {
        Millis(duration.as_secs() as f64 * 1000.0 + f64::from(duration.subsec_millis()))
    }
}

impl From<Millis> for Duration {
    fn from(millis: Millis) -> Self {
        // Saturates; a negative number becomes 0.
        Duration::from_micros((millis.0 * 1000.0) as u64)
    }
}
