//! What the application can ask about its chunks, and what its listener receives.

use crate::ids::ChunkIndex;
use crate::js;
use crate::manifest::Chunk;
use crate::memory::{counters, ready, role};
use crate::progress::{Amount, ChunkCounters, ChunkInfo, ChunkPhase, Progress, Step};
use crate::state::{self, Loads};
use crate::target::Target;
use crate::time::Millis;

/// All chunks of the program, in the order of its manifest. There are none on other targets than wasm.
///
/// ```
/// for chunk in wasm_cleave::chunks() {
///     println!("{} ({} bytes): {:?}", chunk.file, chunk.size, chunk.phase);
/// }
/// ```
#[must_use]
pub fn chunks() -> Vec<ChunkInfo> {
    state::with(|loads| {
        loads
            .all_chunks()
            .map(|chunk| describe(loads, chunk))
            .collect()
    })
}

/// The counters of all chunks, in the order of the program's manifest. Any thread may ask.
///
/// Empty in programs that are not built for threads.
///
/// ```
/// let fetches: u32 = wasm_cleave::chunk_counters().iter().map(|chunk| chunk.fetches).sum();
/// println!("all threads together have fetched {fetches} times");
/// ```
#[must_use]
pub fn chunk_counters() -> Vec<ChunkCounters> {
    counters::of_all_chunks()
}

/// How many bytes of the chunks that `target` needs have arrived.
pub(crate) fn amount(target: Target) -> Amount {
    state::with(|loads| {
        let mut amount = Amount::default();
        for chunk in loads.needed_by(target).unwrap_or_default() {
            let size = loads.file(chunk).size;
            let loaded = match ready::is_callable(chunk, size) {
                true => size,
                false => loads.meter(chunk).loaded,
            };
            amount.loaded += u64::from(loaded);
            amount.expected += u64::from(size);
        }
        amount
    })
}

/// The chunk as it stands. Whether it is ready is not for its meter to say: another thread may have made it so.
fn describe(loads: &Loads, chunk: ChunkIndex) -> ChunkInfo {
    let Chunk { file, size, .. } = loads.file(chunk);
    let meter = loads.meter(chunk).clone();
    let needs = loads.manifest.splits.iter();
    let is_ready = ready::is_callable(chunk, *size);
    ChunkInfo {
        file: file.clone(),
        splits: needs
            .filter(|split| split.chunks.contains(&chunk.0))
            .map(|split| split.name.clone())
            .collect(),
        size: *size,
        loaded: if is_ready { *size } else { meter.loaded },
        phase: if is_ready {
            ChunkPhase::Ready
        } else {
            meter.phase
        },
        attempts: meter.attempts,
        started: meter.started.map(Millis::into),
        finished: meter.finished.map(Millis::into),
        error: meter.error,
    }
}

/// Records a step and reports it to the listener.
pub(crate) fn note(chunk: ChunkIndex, step: Step) {
    let now = js::clock();
    // Timers of a page in the background are slow, but its fetches are not.
    role::show_that_coordinator_lives();
    let report = state::with(|loads| {
        if let Step::Failed(error) = &step
            && loads.meter(chunk).error.as_ref() == Some(error)
        {
            // The fetch for another thread has reported it.
            return None;
        }
        let size = loads.file(chunk).size;
        loads.meters[chunk.0 as usize].advance(step, size, now);
        let listener = loads.config.listener.clone()?;
        Some((listener, describe(loads, chunk)))
    });
    if let Some((listener, chunk)) = report {
        listener(&Progress {
            chunk,
            at: now.into(),
        });
    }
}
