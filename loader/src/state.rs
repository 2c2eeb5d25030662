//! All that the loader keeps for this thread.
//!
//! [`with`] must not call user code or JavaScript inside its closure: either may come back here.

use std::cell::RefCell;
use std::rc::Rc;

use crate::config::Config;
use crate::error::{ErrorKind, LoadError};
use crate::ids::ChunkIndex;
use crate::load::Target;
use crate::manifest::{Chunk, DecodeError, Manifest, Split};
use crate::progress::{ChunkInfo, Meter, Step};
use crate::registry::Registry;
use crate::runtime;
use crate::time::Millis;

pub(crate) struct State {
    manifest: Manifest,
    /// Why `manifest` is empty, if it should not be.
    damage: Option<DecodeError>,
    meters: Vec<Meter>,
    /// Who waits for chunks that can be called.
    ready: Registry,
    /// Who waits for bytes in shared memory.
    #[cfg(target_feature = "atomics")]
    bytes: Registry,
    pub(crate) config: Rc<Config>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::new());
}

/// Gives access to this thread's state. See the rule at the top of this file.
pub(crate) fn with<T>(f: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(f)
}

impl State {
    fn new() -> Self {
        let (manifest, damage) = match runtime::manifest() {
            Ok(manifest) => (manifest, None),
            Err(damage) => (Manifest::default(), Some(damage)),
        };
        State {
            meters: vec![Meter::default(); manifest.chunks.len()],
            ready: Registry::new(manifest.chunks.len()),
            #[cfg(target_feature = "atomics")]
            bytes: Registry::new(manifest.chunks.len()),
            manifest,
            damage,
            config: Rc::new(Config::new()),
        }
    }

    /// Who waits for what `target` asks for.
    pub(crate) fn registry(&mut self, target: Target) -> &mut Registry {
        match target {
            #[cfg(target_feature = "atomics")]
            Target::Bytes(_) => &mut self.bytes,
            Target::Entry(_) | Target::Split(_) => &mut self.ready,
        }
    }

    /// The chunks that `target` needs.
    ///
    /// # Errors
    /// If the manifest does not know `target`.
    pub(crate) fn needed_by(&self, target: Target) -> Result<Vec<ChunkIndex>, LoadError> {
        #[cfg(target_feature = "atomics")]
        if let Target::Bytes(chunk) = target {
            return Ok(vec![chunk]);
        }
        match self.chunks_of(target) {
            Some(chunks) => Ok(chunks.collect()),
            None => Err(self.unknown_target()),
        }
    }

    /// Whether the functions of `target` can be called. It allocates nothing: the audio thread asks.
    pub(crate) fn is_loaded(&self, target: Target) -> bool {
        let is_ready = |chunk: ChunkIndex| {
            #[cfg(target_feature = "atomics")]
            if crate::shared::is_callable(chunk, self.file(chunk).size) {
                return true;
            }
            self.ready.is_ready(chunk)
        };
        self.chunks_of(target)
            .is_some_and(|mut chunks| chunks.all(is_ready))
    }

    /// The chunks whose functions `target` means; `None` if the manifest does not know it.
    fn chunks_of(&self, target: Target) -> Option<impl Iterator<Item = ChunkIndex>> {
        let splits = &self.manifest.splits;
        let needed: &[u32] = match target {
            #[cfg(target_feature = "atomics")]
            Target::Bytes(_) => return None,
            Target::Split(None) => &[],
            Target::Split(Some(index)) => &splits.get(index.0 as usize)?.chunks,
            Target::Entry(slot) => {
                let has_entry = |split: &&Split| split.entries.binary_search(&slot.0).is_ok();
                &splits.iter().find(has_entry)?.chunks
            }
        };
        Some(needed.iter().copied().map(ChunkIndex))
    }

    fn unknown_target(&self) -> LoadError {
        let detail = match &self.damage {
            Some(damage) => damage.to_string(),
            None => String::from("it does not list the function that was called"),
        };
        LoadError::new(ErrorKind::Manifest, String::new(), String::new(), 0, detail)
    }

    #[cfg(target_feature = "atomics")]
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn build(&self) -> crate::manifest::BuildId {
        self.manifest.build
    }

    pub(crate) fn all_chunks(&self) -> impl Iterator<Item = ChunkIndex> + use<> {
        (0..self.meters.len() as u32).map(ChunkIndex)
    }

    pub(crate) fn file(&self, chunk: ChunkIndex) -> &Chunk {
        &self.manifest.chunks[chunk.0 as usize]
    }

    pub(crate) fn meter(&self, chunk: ChunkIndex) -> &Meter {
        &self.meters[chunk.0 as usize]
    }

    pub(crate) fn advance(&mut self, chunk: ChunkIndex, step: Step, now: Millis) {
        let size = self.file(chunk).size;
        self.meters[chunk.0 as usize].advance(step, size, now);
    }

    pub(crate) fn describe(&self, chunk: ChunkIndex) -> ChunkInfo {
        let Chunk { file, size, .. } = self.file(chunk);
        let meter = self.meter(chunk).clone();
        let needs = self.manifest.splits.iter();
        ChunkInfo {
            file: file.clone(),
            splits: needs
                .filter(|split| split.chunks.contains(&chunk.0))
                .map(|split| split.name.clone())
                .collect(),
            size: *size,
            loaded: meter.loaded,
            phase: meter.phase,
            attempts: meter.attempts,
            started: meter.started,
            finished: meter.finished,
            error: meter.error,
        }
    }
}
