//! How far each chunk is: what a progress bar or a list of chunks shows, and how the loads of a thread change it.

use std::time::Duration;

use crate::error::LoadError;
use crate::time::Millis;

/// Where a chunk stands.
///
/// ```
/// use wasm_cleave::ChunkPhase;
///
/// let open = wasm_cleave::chunks().into_iter().filter(|chunk| chunk.phase != ChunkPhase::Ready);
/// println!("{} chunks are not loaded", open.count());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChunkPhase {
    /// Nobody has asked for it.
    #[default]
    Absent,
    /// It is on its way, or waits for another attempt.
    Fetching,
    /// It has arrived and is compiled, but not yet part of the program.
    Compiled,
    /// It is part of the program.
    Ready,
    /// It could not be loaded. The next call that needs it tries again.
    Failed,
}

/// One chunk of the program as it stands at a moment, and the latest load of it on this thread.
///
/// Where threads share one memory, another thread may have loaded it: then it is ready here without a load.
///
/// ```
/// for chunk in wasm_cleave::chunks() {
///     if let Some(time) = chunk.load_time() {
///         println!("{} took {time:?}", chunk.file);
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChunkInfo {
    /// File name, relative to the base URL.
    pub file: String,
    /// The names of the splits that need it.
    pub splits: Vec<String>,
    /// Size of the file in bytes, uncompressed.
    pub size: u32,
    /// How many of these have arrived in the latest attempt.
    pub loaded: u32,
    /// Where it stands.
    pub phase: ChunkPhase,
    /// How many attempts the latest load has begun.
    pub attempts: u32,
    /// When the latest load began, on the clock of `performance.now()`, to the microsecond.
    pub started: Option<Duration>,
    /// When the latest load ended, successfully or not, on the same clock.
    pub finished: Option<Duration>,
    /// Why the latest load failed, if it did.
    pub error: Option<LoadError>,
}

impl ChunkInfo {
    /// How long the latest load took, if it has ended.
    #[must_use]
    pub fn load_time(&self) -> Option<Duration> {
        self.finished?.checked_sub(self.started?)
    }
}

/// One step of one chunk, as [`Config::on_progress`](crate::Config::on_progress) reports it.
///
/// ```
/// use wasm_cleave::{Config, configure};
///
/// configure(Config::new().on_progress(|progress| {
///     println!("{:?} {}: {:?}", progress.at, progress.chunk.file, progress.chunk.phase);
/// }));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// The chunk after the step.
    pub chunk: ChunkInfo,
    /// When it happened, on the clock of `performance.now()`, to the microsecond.
    pub at: Duration,
}

/// Bytes that have arrived, of those that are needed, as [`Split::progress`](crate::Split::progress) counts them.
///
/// ```
/// let amount = wasm_cleave::split!(editor).progress();
/// println!("{:.0} %", 100.0 * amount.fraction());
/// # #[wasm_cleave::wasm_split(editor)] fn editor() {}
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Amount {
    /// Bytes that have arrived.
    pub loaded: u64,
    /// Bytes that are needed in all.
    pub expected: u64,
}

impl Amount {
    /// `loaded` as a part of `expected`, from 0 to 1. If nothing is needed, 1.
    #[must_use]
    pub fn fraction(self) -> f64 {
        if self.expected == 0 {
            1.0
        } else {
            self.loaded as f64 / self.expected as f64
        }
    }
}

/// What all threads together have done with one chunk.
///
/// ```
/// for chunk in wasm_cleave::chunk_counters() {
///     println!("{}: fetched {} times, {} instances", chunk.file, chunk.fetches, chunk.instantiations);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ChunkCounters {
    /// File name, relative to the base URL.
    pub file: String,
    /// How many times a backend was asked for it.
    pub fetches: u32,
    /// How many times it was compiled.
    pub compilations: u32,
    /// How many threads have an instance of it.
    pub instantiations: u32,
    /// How many calls came to a thread that had no instance of it yet, and made one.
    pub stub_hits: u32,
    /// How many times a thread asked the coordinator for it and waited for the answer.
    pub waits: u32,
}

/// The latest load of a chunk on one thread, for its [`ChunkInfo`]. It does not say whether the chunk is ready.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    pub(crate) phase: ChunkPhase,
    pub(crate) loaded: u32,
    pub(crate) attempts: u32,
    pub(crate) started: Option<Millis>,
    pub(crate) finished: Option<Millis>,
    pub(crate) error: Option<LoadError>,
}

/// What can happen to a chunk.
#[derive(Debug)]
pub(crate) enum Step {
    /// This attempt begins, the first one being 1.
    Asked(u32),
    /// So many bytes have arrived in this attempt.
    Received(u32),
    /// It is compiled.
    Compiled,
    /// It is part of the program.
    Ready,
    /// The load has failed for good.
    Failed(LoadError),
}

impl Meter {
    pub(crate) fn advance(&mut self, step: Step, size: u32, now: Millis) {
        match step {
            Step::Asked(attempt) => {
                *self = Meter {
                    phase: ChunkPhase::Fetching,
                    attempts: attempt,
                    started: if attempt > 1 { self.started } else { Some(now) },
                    ..Meter::default()
                };
            }
            Step::Received(bytes) => self.loaded = bytes.min(size),
            Step::Compiled => {
                // A backend need not count; now it is known.
                self.loaded = size;
                self.phase = ChunkPhase::Compiled;
            }
            Step::Ready => self.finished = Some(now),
            Step::Failed(error) => {
                self.phase = ChunkPhase::Failed;
                self.finished = Some(now);
                self.error = Some(error);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::LoadErrorKind;

    #[test]
    fn a_new_attempt_starts_counting_but_not_the_clock() {
        let mut meter = Meter::default();
        meter.advance(Step::Asked(1), 100, Millis(5.0));
        meter.advance(Step::Received(60), 100, Millis(6.0));
        assert_eq!((meter.loaded, meter.phase), (60, ChunkPhase::Fetching));
        meter.advance(Step::Asked(2), 100, Millis(9.0));
        assert_eq!(
            (meter.loaded, meter.started, meter.attempts),
            (0, Some(Millis(5.0)), 2)
        );
    }

    #[test]
    fn a_new_load_forgets_the_failure() {
        let mut meter = Meter::default();
        meter.advance(Step::Asked(1), 100, Millis(5.0));
        let error = LoadError::new(
            LoadErrorKind::Network,
            "a".into(),
            String::new(),
            1,
            String::new(),
        );
        meter.advance(Step::Failed(error.clone()), 100, Millis(7.0));
        assert_eq!(
            (meter.phase, meter.error.as_ref()),
            (ChunkPhase::Failed, Some(&error))
        );
        meter.advance(Step::Asked(1), 100, Millis(11.0));
        assert_eq!(
            (meter.started, meter.finished, meter.error),
            (Some(Millis(11.0)), None, None)
        );
    }

    #[test]
    fn a_backend_that_does_not_count_ends_at_the_full_size() {
        let mut meter = Meter::default();
        meter.advance(Step::Asked(1), 100, Millis(0.0));
        meter.advance(Step::Compiled, 100, Millis(1.0));
        meter.advance(Step::Ready, 100, Millis(2.0));
        assert_eq!((meter.loaded, meter.finished), (100, Some(Millis(2.0))));
    }

    #[test]
    fn nothing_to_load_is_all_of_it() {
        assert_eq!(Amount::default().fraction(), 1.0);
        let half = Amount {
            loaded: 2,
            expected: 4,
        };
        assert_eq!(half.fraction(), 0.5);
    }
}
