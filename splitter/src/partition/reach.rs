//! The signature of a symbol: the set of splits that reach it. What main reaches has none, since main is always there.

use rayon::prelude::*;

use crate::graph::SymbolGraph;
use crate::ids::{Node, SplitId};

/// A set of splits; ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SplitSet(pub Vec<SplitId>);

impl SplitSet {
    /// Whether the split is in the set.
    pub(crate) fn contains(&self, split: SplitId) -> bool {
        self.0.binary_search(&split).is_ok()
    }

    /// All splits of either set.
    pub(crate) fn union(&self, other: &SplitSet) -> SplitSet {
        let mut all: Vec<SplitId> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        all.dedup();
        SplitSet(all)
    }

    /// How many splits of the other set are not in this one.
    pub(crate) fn lacks(&self, other: &SplitSet) -> usize {
        other
            .0
            .iter()
            .filter(|&&split| !self.contains(split))
            .count()
    }
}

/// What reaches a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nothing.
    Dead,
    /// Main.
    Main,
    /// These splits and not main.
    Splits(SplitSet),
}

/// Finds what reaches each symbol.
pub(super) fn find(graph: &SymbolGraph) -> Vec<Reach> {
    let mut main = vec![false; graph.len()];
    walk(graph, &graph.roots, &mut main, |_| false);
    let mut by_split = reach_of_splits(graph, &main);
    // Data to which nothing refers is there because the linker had to keep it: it is main's, with all it refers to.
    let kept: Vec<Node> = (0..graph.len())
        .map(Node::from_position)
        .filter(|&node| matches!(graph.kind(node), crate::graph::NodeKind::Data(_)))
        .filter(|node| !main[node.at()] && !by_split.iter().any(|reached| reached[node.at()]))
        .collect();
    if !kept.is_empty() {
        walk(graph, &kept, &mut main, |_| false);
        by_split = reach_of_splits(graph, &main);
    }
    (0..graph.len())
        .map(|position| {
            if main[position] {
                return Reach::Main;
            }
            let splits: Vec<SplitId> = by_split
                .iter()
                .enumerate()
                .filter(|(_, reached)| reached[position])
                .map(|(split, _)| SplitId::from_position(split))
                .collect();
            match splits.is_empty() {
                true => Reach::Dead,
                false => Reach::Splits(SplitSet(splits)),
            }
        })
        .collect()
}

fn reach_of_splits(graph: &SymbolGraph, main: &[bool]) -> Vec<Vec<bool>> {
    graph
        .splits
        .par_iter()
        .map(|split| {
            let entries: Vec<Node> = split.entries.iter().map(|&func| graph.func(func)).collect();
            let mut reached = vec![false; graph.len()];
            walk(graph, &entries, &mut reached, |node| main[node.at()]);
            reached
        })
        .collect()
}

/// Marks all that the given nodes reach without going through a node where the walk stops.
fn walk(graph: &SymbolGraph, from: &[Node], reached: &mut [bool], stops: impl Fn(Node) -> bool) {
    let mut pending: Vec<Node> = from.to_vec();
    while let Some(node) = pending.pop() {
        if stops(node) || std::mem::replace(&mut reached[node.at()], true) {
            continue;
        }
        pending.extend(
            graph
                .targets(node)
                .iter()
                .filter(|target| !reached[target.at()]),
        );
    }
}
