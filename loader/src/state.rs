//! All that the loader keeps for one thread.
//!
//! [`with`] must not call user code or JavaScript inside its closure: either may come back here.

use std::cell::{RefCell, RefMut};
use std::rc::Rc;

use crate::config::Config;
use crate::error::{FetchError, LoadError, LoadErrorKind};
use crate::ids::ChunkIndex;
use crate::manifest::{BuildId, Chunk, DecodeError, Manifest, Split};
use crate::memory::thread::Part;
use crate::progress::Meter;
use crate::registry::Registry;
use crate::runtime;
use crate::target::Target;

thread_local! {
    static THREAD: Thread = const {
        Thread {
            loads: RefCell::new(None),
            part: Part::new(),
        }
    };
}

/// What a thread knows.
struct Thread {
    /// Made when it is first needed.
    loads: RefCell<Option<Loads>>,
    /// What else it has to know, which depends on whether threads share one memory.
    part: Part,
}

impl Thread {
    // One function for all callers of `with`, which are many.
    #[inline(never)]
    fn loads(&self) -> RefMut<'_, Loads> {
        let loads = self.loads.borrow_mut();
        RefMut::map(loads, |loads| loads.get_or_insert_with(Loads::new))
    }
}

/// The program's chunks, and the loads of this thread.
pub(crate) struct Loads {
    pub(crate) manifest: Manifest,
    /// Why `manifest` is empty, if it should not be.
    damage: Option<DecodeError>,
    pub(crate) meters: Vec<Meter>,
    /// Which loads run, and what waits for them.
    pub(crate) registry: Registry,
    pub(crate) config: Rc<Config>,
}

/// Gives access to this thread's loads. See the rule at the top of this file.
pub(crate) fn with<T>(f: impl FnOnce(&mut Loads) -> T) -> T {
    THREAD.with(|thread| f(&mut thread.loads()))
}

/// Gives access to the rest of what this thread knows. [`with`] may be in progress.
pub(crate) fn part<T>(f: impl FnOnce(&Part) -> T) -> T {
    THREAD.with(|thread| f(&thread.part))
}

/// Applies `config` to every load that starts from now on, in place of what was configured before.
///
/// Belongs to the thread that calls it.
pub fn configure(config: Config) {
    // The previous one is dropped here, since it may hold the user's code.
    let _previous = with(|loads| std::mem::replace(&mut loads.config, Rc::new(config)));
}

/// A failure that has nothing to do with a request.
pub(crate) fn error(chunk: ChunkIndex, failure: FetchError) -> LoadError {
    let file = with(|loads| loads.file(chunk).file.clone());
    LoadError::new(
        failure.kind(),
        file,
        String::new(),
        0,
        failure.into_detail(),
    )
}

impl Loads {
    fn new() -> Self {
        let (manifest, damage) = match runtime::manifest() {
            Ok(manifest) => (manifest, None),
            Err(damage) => (Manifest::default(), Some(damage)),
        };
        Loads {
            meters: vec![Meter::default(); manifest.chunks.len()],
            registry: Registry::new(),
            manifest,
            damage,
            config: Rc::new(Config::new()),
        }
    }

    /// The chunks that `target` needs.
    ///
    /// # Errors
    /// If the manifest does not know `target`.
    pub(crate) fn needed_by(&self, target: Target) -> Result<Vec<ChunkIndex>, LoadError> {
        match self.chunks_of(target) {
            Some(chunks) => Ok(chunks.collect()),
            None => Err(self.unknown_target()),
        }
    }

    /// The chunks that `target` needs, without an allocation; `None` if the manifest does not know it.
    pub(crate) fn chunks_of(&self, target: Target) -> Option<impl Iterator<Item = ChunkIndex>> {
        let splits = &self.manifest.splits;
        let needed: &[u32] = match target {
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
        LoadError::new(
            LoadErrorKind::Manifest,
            String::new(),
            String::new(),
            0,
            detail,
        )
    }

    pub(crate) fn build(&self) -> BuildId {
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
}
