//! A split as a whole, apart from any call: what `split!(name)` gives.

use std::fmt;

use crate::ids::SplitIndex;
use crate::load::{self, Load};
use crate::progress::Amount;
use crate::report;
use crate::target::Target;

/// All split functions of one name, as [`split!`](crate::split) gives them.
///
/// ```
/// use wasm_cleave::{LoadError, split, wasm_split};
///
/// #[wasm_split(editor)]
/// fn open_editor() {}
///
/// fn hovered() {
///     split!(editor).prefetch();
/// }
///
/// async fn started() -> Result<(), LoadError> {
///     split!(editor).preload().await
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether its functions can run without loading anything. Also true if no function uses this name.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        load::is_loaded(self.target())
    }

    /// Loads it now, so that later calls need not wait. Starts when first polled.
    pub fn preload(&self) -> Load {
        load::load(self.target())
    }

    /// How many bytes of all the chunks that it needs have arrived.
    #[must_use]
    pub fn progress(&self) -> Amount {
        report::amount(self.target())
    }

    /// Loads it when the thread is idle. Starts by itself; a failure is forgotten, and a later call tries again.
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
