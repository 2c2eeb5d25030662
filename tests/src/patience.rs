//! How long a test waits: as long as what it watches makes progress, so that a busy machine fails no test.

use std::time::{Duration, Instant};

/// How long nothing may change.
const IDLE_LIMIT: Duration = Duration::from_secs(60);

/// How long a wait may take in all, even if something keeps changing.
const LIMIT: Duration = Duration::from_secs(600);

/// A wait for something that shows a state `S`.
#[derive(Debug)]
pub struct Patience<S> {
    latest: Option<S>,
    idle: Instant,
    end: Instant,
}

impl<S: PartialEq> Patience<S> {
    /// The wait begins.
    pub fn new() -> Self {
        let now = Instant::now();
        Patience {
            latest: None,
            idle: now + IDLE_LIMIT,
            end: now + LIMIT,
        }
    }

    /// Notes the state; a new one is progress.
    pub fn note(&mut self, state: S) {
        if self.latest.as_ref() != Some(&state) {
            self.idle = Instant::now() + IDLE_LIMIT;
            self.latest = Some(state);
        }
    }

    /// How long the next change may take. Zero when the wait has failed.
    pub fn left(&self) -> Duration {
        let deadline = self.idle.min(self.end);
        deadline.saturating_duration_since(Instant::now())
    }

    /// Whether the wait has failed.
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }
}

impl<S: PartialEq> Default for Patience<S> {
    fn default() -> Self {
        Patience::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_new_state_is_progress() {
        let mut patience = Patience::new();
        patience.note(1);
        let first = patience.idle;
        patience.note(1);
        assert_eq!(patience.idle, first);
        patience.note(2);
        assert!(patience.idle > first && !patience.is_over());
    }
}
