//! Decides which module each symbol goes to. Pure: looks at the graph and at what symbols weigh.
//!
//! ```text
//!   main ─▶ fmt            editor ─▶ fmt, regex, table        viewer ─▶ regex
//!
//!   split sets   fmt: main      table: {editor}      regex: {editor, viewer}
//!   modules      main           chunk `editor`       chunk `editor+viewer`
//! ```
//!
//! A symbol that refers to another is reached by fewer splits or by the same, so what a chunk refers to is loaded no
//! later than the chunk. Passes, in order: `reach`, `weight`, atoms (symbols that the same splits reach), `merge`.

mod merge;
mod reach;
#[cfg(test)]
mod tests;
mod weight;

use rayon::prelude::*;

use crate::graph::SymbolGraph;
use crate::ids::{ChunkId, ModuleId, Node, SplitId};
use crate::read::InputModule;

pub(crate) use reach::SplitSet;

/// Limits of the chunk assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What a request costs, in bytes as they travel, compressed: chunks are merged where that saves requests that cost
    /// more than the bytes which are then loaded without being needed. Bytes that this moves into main count ten times.
    pub request_cost: usize,
}

impl Limits {
    /// A chunk for every set of splits, however small.
    pub const NONE: Limits = Limits { request_cost: 0 };
}

impl Default for Limits {
    /// A request and its answer take about as long as 20 kB on a middling mobile connection (100 ms at 1.6 Mbit/s).
    fn default() -> Self {
        Limits {
            request_cost: 20_000,
        }
    }
}

/// A chunk of the output.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    /// The splits that need it.
    pub(crate) splits: SplitSet,
}

/// Which module each live symbol goes to.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    modules: Vec<Option<ModuleId>>,
    /// The chunks, by their ids.
    pub(crate) chunks: Vec<Chunk>,
}

impl Partition {
    /// Assigns the symbols of a program to modules.
    pub(crate) fn new(input: &InputModule, graph: &SymbolGraph, limits: &Limits) -> Self {
        let split_sets = reach::find(graph);
        let weights: Vec<usize> = (0..graph.len())
            .into_par_iter()
            .map(|position| weight::of(input, graph, Node::from_position(position)))
            .collect();
        merge::assign(&split_sets, &weights, graph.splits.len(), limits)
    }

    /// Puts everything into main, what only splits reach too: the program without splitting.
    pub(crate) fn unsplit(graph: &SymbolGraph) -> Self {
        Partition {
            modules: vec![Some(ModuleId::Main); graph.len()],
            chunks: Vec::new(),
        }
    }

    /// The module of a symbol; `None` where nothing reaches it.
    pub(crate) fn module_of(&self, node: Node) -> Option<ModuleId> {
        self.modules[node.at()]
    }

    /// The modules, in the order of [`ModuleId::all`].
    pub(crate) fn modules(&self) -> impl Iterator<Item = ModuleId> + use<> {
        ModuleId::all(self.chunks.len())
    }

    /// The chunks that a split needs.
    pub(crate) fn chunks_of(&self, split: SplitId) -> impl Iterator<Item = ChunkId> + '_ {
        let needs = move |chunk: &Chunk| chunk.splits.contains(split);
        let chunks = (0..self.chunks.len()).map(ChunkId::from_position);
        chunks.filter(move |chunk| needs(&self.chunks[chunk.at()]))
    }
}
