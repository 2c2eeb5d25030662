//! The index spaces: one type for each, so that no index is taken for one of another space.

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(pub(crate) u32);

        impl $name {
            /// The index as a position in an array.
            #[allow(dead_code, reason = "not every index is a position somewhere")]
            pub(crate) const fn at(self) -> usize {
                self.0 as usize
            }

            /// The index of a position in an array.
            ///
            /// A module's index spaces are limited to 32 bits by the format, so nothing is lost.
            #[allow(dead_code, reason = "as above")]
            pub(crate) const fn from_position(position: usize) -> Self {
                $name(position as u32)
            }
        }
    };
}

index! {
    /// A function of the linked module, imports first.
    Func
}
index! {
    /// A type of the linked module, or one that the plan adds after them.
    Type
}
index! {
    /// A global of the linked module, imports first.
    Global
}
index! {
    /// A tag of the linked module, imports first.
    Tag
}
index! {
    /// A slot of the function table; the same in every module.
    Slot
}
index! {
    /// A node of the symbol graph: functions first, then data intervals.
    Node
}
index! {
    /// A data interval.
    Interval
}
index! {
    /// A split, in the order of the manifest.
    SplitId
}
index! {
    /// A chunk, in the order of the manifest.
    ChunkId
}

/// A module of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ModuleId {
    /// The module that the glue instantiates.
    Main,
    /// A module that is loaded on demand.
    Chunk(ChunkId),
}

impl ModuleId {
    /// Main, and then so many chunks.
    pub(crate) fn all(chunks: usize) -> impl Iterator<Item = ModuleId> {
        let chunks = (0..chunks).map(ChunkId::from_position);
        std::iter::once(ModuleId::Main).chain(chunks.map(ModuleId::Chunk))
    }

    /// The module as a position in an array of all modules, in the order of [`ModuleId::all`].
    pub(crate) const fn at(self) -> usize {
        match self {
            ModuleId::Main => 0,
            ModuleId::Chunk(chunk) => 1 + chunk.at(),
        }
    }
}

impl Slot {
    /// Whether the other slot comes directly after this one.
    pub(crate) const fn is_before(self, other: Slot) -> bool {
        self.0 + 1 == other.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_module_is_at_its_position() {
        for (position, module) in ModuleId::all(3).enumerate() {
            assert_eq!(module.at(), position);
        }
    }
}
