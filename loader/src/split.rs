//! A split as a whole, apart from any call: what `split!(name)` gives.

use std::fmt;

#[cfg(any(feature = "rayon", feature = "audio"))]
use crate::error::LoadError;
use crate::ids::SplitIndex;
use crate::load::{self, Load, Target};

/// All split functions of one name, as [`split!`](crate::split) gives them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Split {
    name: &'static str,
    index: Option<SplitIndex>,
}

impl Split {
    /// `handle` is what the import of the split's handle returned.
    #[doc(hidden)]
    pub fn new(name: &'static str, handle: i32) -> Self {
        Split {
            name,
            index: u32::try_from(handle).ok().map(SplitIndex),
        }
    }

    /// The name given in the attribute.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether its functions can run at once. True for a name that no function of the program has.
    pub fn is_loaded(&self) -> bool {
        load::is_loaded(self.target())
    }

    /// Loads it now, so that later calls need not wait. Starts when first polled.
    pub fn preload(&self) -> Load {
        load::load(self.target())
    }

    /// Loads it now, on this thread and on all threads of the rayon pools that this thread has made: none of them will
    /// have to compile it in the middle of a job. Threads with an event loop get compiled chunks by themselves.
    ///
    /// Takes as long as the pools need to finish what they are at.
    ///
    /// # Errors
    /// When the load fails.
    #[cfg(feature = "rayon")]
    pub async fn preload_on_all_threads(&self) -> Result<(), LoadError> {
        self.preload().await?;
        #[cfg(target_feature = "atomics")]
        {
            let target = self.target();
            let link = move || load::link_here(target);
            crate::threads::workers::on_all_threads(link).await;
        }
        Ok(())
    }

    /// Loads it now, and links it with the audio thread of `worklet`: after that, processors there call into it without a
    /// pause, also through what its functions have made.
    ///
    /// # Errors
    /// When the load fails, on the page or on the audio thread. It can be tried again.
    #[cfg(feature = "audio")]
    pub async fn load_on(&self, worklet: &crate::audio::Worklet) -> Result<(), LoadError> {
        worklet.load(self.target()).await
    }

    /// Loads it when the thread has nothing better to do. Starts by itself; a failure is forgotten, and a later call
    /// tries again.
    pub fn prefetch(&self) {
        load::prefetch(self.target());
    }

    pub(crate) fn target(&self) -> Target {
        Target::Split(self.index)
    }
}

impl fmt::Debug for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Split").field(&self.name).finish()
    }
}
