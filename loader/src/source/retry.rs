//! Whether to try again after a failure, and how long to wait before.

use crate::error::LoadErrorKind;
use crate::time::Millis;

/// The rule: pauses double up to a longest one, each shortened at random so that many visitors do not come back in step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retries {
    pub(crate) count: u32,
    pub(crate) first_pause: Millis,
    pub(crate) longest_pause: Millis,
}

impl Retries {
    /// The pause before the next attempt, or `None` to give up.
    ///
    /// `attempt` has just failed, the first one being 1; `random` is in `0.0..1.0`; `left` is what remains of the time
    /// limit for all attempts.
    pub(crate) fn pause_after(
        &self,
        attempt: u32,
        kind: LoadErrorKind,
        random: f64,
        left: Millis,
    ) -> Option<Millis> {
        if attempt > self.count || !kind.is_retryable() {
            return None;
        }
        let doubled = 1u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
        let full = self.first_pause.0 * f64::from(doubled);
        let pause = full.min(self.longest_pause.0) * (0.5 + random / 2.0);
        (pause < left.0).then_some(Millis(pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Retries = Retries {
        count: 40,
        first_pause: Millis(200.0),
        longest_pause: Millis(5000.0),
    };
    const LONG: Millis = Millis(1e6);

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses: Vec<_> = (1..=40)
            .map(|attempt| {
                RULE.pause_after(attempt, LoadErrorKind::Network, 1.0, LONG)
                    .map(|pause| pause.0 as u32)
            })
            .collect();
        assert_eq!(pauses[..6], [200, 400, 800, 1600, 3200, 5000].map(Some));
        assert!(pauses[6..].iter().all(|&pause| pause == Some(5000)));
        assert_eq!(
            RULE.pause_after(41, LoadErrorKind::Network, 1.0, LONG),
            None
        );
    }

    #[test]
    fn chance_at_most_halves_a_pause() {
        let pause = RULE.pause_after(1, LoadErrorKind::Timeout, 0.0, LONG);
        assert_eq!(pause, Some(Millis(100.0)));
    }

    #[test]
    fn only_what_may_pass_is_retried() {
        for (kind, retried) in [
            (LoadErrorKind::Http(503), true),
            (LoadErrorKind::Http(429), true),
            (LoadErrorKind::Integrity, true),
            (LoadErrorKind::Http(403), false),
            (LoadErrorKind::NotFound, false),
            (LoadErrorKind::OtherBuild, false),
            (LoadErrorKind::Compile, false),
        ] {
            assert_eq!(
                RULE.pause_after(1, kind, 0.5, LONG).is_some(),
                retried,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_pause_does_not_outlast_the_limit() {
        let left = Millis(150.0);
        assert_eq!(RULE.pause_after(1, LoadErrorKind::Network, 0.9, left), None);
    }
}
