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
    /// A type of the linked module, or one that the plan adds behind them.
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
    Split
}
index! {
    /// A module of the output: 0 is main, then the chunks.
    Module
}

impl Module {
    /// The module that the glue instantiates.
    pub(crate) const MAIN: Module = Module(0);
}
