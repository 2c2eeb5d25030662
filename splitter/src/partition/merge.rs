//! Turns atoms (symbols that the same splits reach) into chunks, and merges those that are not worth a request of their own.
//!
//! All sizes are bytes as they travel. With a request worth 20 kB, and splits A, B and C:
//!
//! ```text
//!   {A} 90 kB   {B} 70 kB   {A,B} 400 kB   {A,B,C} 1 kB   {A,C} 30 kB   {C} 2 kB
//!
//!   {A,B,C} into main    saves 3 requests, 60 kB; costs 1 kB before the first paint, where it counts as 10 kB, for
//!                        visitors who open A, B, C or none of them: 40 kB
//!   {A,C} into main      saves 2 requests, 40 kB; costs 1200 kB: no
//!   {A,C} and {C}        saves a request of C, costs A 2 kB
//!   {A} and {A,B}        saves a request of A, costs B 90 kB: no
//! ```
//!
//! The merge that gains most is made first, until none saves more than it costs. What only one split needs never goes
//! into main, not even within a merged chunk: what the author has split stays split.

use std::collections::BTreeMap;

use super::reach::{Reach, SplitSet};
use super::{Chunk, Limits, Partition};
use crate::ids::{ChunkId, ModuleId};

/// As so many bytes that are loaded later counts a byte of main: the first paint waits for it.
const BEFORE_FIRST_PAINT: usize = 10;

/// A chunk to be: atoms that are loaded together.
#[derive(Clone, Debug)]
struct Group {
    splits: SplitSet,
    weight: usize,
    /// Whether something in it is needed by one split alone.
    has_unshared: bool,
    atoms: Vec<usize>,
}

/// What a group could be merged with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Partner {
    Main,
    Group(usize),
}

/// Gives every symbol a module.
pub(super) fn assign(
    reach: &[Reach],
    weights: &[usize],
    split_count: usize,
    limits: &Limits,
) -> Partition {
    let mut atoms: BTreeMap<&SplitSet, usize> = BTreeMap::new();
    for (reach, weight) in reach.iter().zip(weights) {
        if let Reach::Splits(split_set) = reach {
            *atoms.entry(split_set).or_default() += weight;
        }
    }
    let position_of: BTreeMap<&SplitSet, usize> = atoms
        .keys()
        .enumerate()
        .map(|(position, split_set)| (*split_set, position))
        .collect();
    let split_sets: Vec<&SplitSet> = atoms.keys().copied().collect();
    // Nothing but zeros is carried by nobody, so it needs no chunk.
    let carried = atoms.iter().enumerate();
    let carried = carried.filter(|(_, (_, weight))| **weight > 0);
    let groups = carried.map(|(position, (split_set, weight))| Group {
        splits: (*split_set).clone(),
        weight: *weight,
        has_unshared: split_set.0.len() == 1,
        atoms: vec![position],
    });
    let groups = merge(groups.collect(), split_count, limits);

    let mut module_of_atom = vec![ModuleId::Main; split_sets.len()];
    for (position, group) in groups.iter().enumerate() {
        for &atom in &group.atoms {
            module_of_atom[atom] = ModuleId::Chunk(ChunkId::from_position(position));
        }
    }
    Partition {
        modules: reach
            .iter()
            .map(|reach| match reach {
                Reach::Dead => None,
                Reach::Main => Some(ModuleId::Main),
                Reach::Splits(split_set) => Some(module_of_atom[position_of[split_set]]),
            })
            .collect(),
        chunks: groups
            .into_iter()
            .map(|group| Chunk {
                splits: group.splits,
            })
            .collect(),
    }
}

/// Merges groups as long as that saves more than it costs; those that went into main are left out.
fn merge(groups: Vec<Group>, split_count: usize, limits: &Limits) -> Vec<Group> {
    let mut merging = Merging::new(groups, split_count, limits);
    while let Some((position, partner)) = merging.best_merge() {
        match partner {
            Partner::Main => merging.inline(position),
            Partner::Group(other) => merging.together(position, other),
        }
    }
    let mut groups: Vec<Group> = merging.groups.into_iter().flatten().collect();
    groups.sort_by(|a, b| a.splits.cmp(&b.splits));
    groups
}

/// The groups while they are merged. Each knows its best partner among those after it, so that a merge has to look only
/// at the pairs that it changes.
struct Merging<'a> {
    groups: Vec<Option<Group>>,
    best: Vec<Option<(usize, Partner)>>,
    split_count: usize,
    limits: &'a Limits,
}

impl<'a> Merging<'a> {
    fn new(groups: Vec<Group>, split_count: usize, limits: &'a Limits) -> Self {
        let mut merging = Merging {
            best: vec![None; groups.len()],
            groups: groups.into_iter().map(Some).collect(),
            split_count,
            limits,
        };
        for position in 0..merging.groups.len() {
            merging.look_for_partner(position);
        }
        merging
    }

    /// The merge that gains most; of equal ones the first.
    fn best_merge(&self) -> Option<(usize, Partner)> {
        let mut best: Option<(usize, usize, Partner)> = None;
        for (position, candidate) in self.best.iter().enumerate() {
            if let Some((gain, partner)) = *candidate
                && gain > best.map_or(0, |best| best.0)
            {
                best = Some((gain, position, partner));
            }
        }
        best.map(|(_, position, partner)| (position, partner))
    }

    fn inline(&mut self, position: usize) {
        self.groups[position] = None;
        self.best[position] = None;
        self.look_again_for_partners_of(&[position]);
    }

    fn together(&mut self, position: usize, other: usize) {
        if let (Some(merged), Some(group)) = (self.groups[other].take(), &mut self.groups[position])
        {
            group.absorb(merged);
        }
        self.best[other] = None;
        self.look_for_partner(position);
        self.look_again_for_partners_of(&[position, other]);
        for before in 0..position {
            let gain = self.gain(before, position);
            if gain > self.best[before].map_or(0, |best| best.0) {
                self.best[before] = Some((gain, Partner::Group(position)));
            }
        }
    }

    fn look_again_for_partners_of(&mut self, changed: &[usize]) {
        for position in 0..self.groups.len() {
            if let Some((_, Partner::Group(partner))) = self.best[position]
                && changed.contains(&partner)
            {
                self.look_for_partner(position);
            }
        }
    }

    fn look_for_partner(&mut self, position: usize) {
        let into_main = (self.gain_of_main(position), Partner::Main);
        let after = position + 1..self.groups.len();
        let others = after.map(|other| (self.gain(position, other), Partner::Group(other)));
        // Of equal gains the first one counts, as everywhere: `max_by_key` would take the last.
        let best = std::iter::once(into_main)
            .chain(others)
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        self.best[position] = best.filter(|best| best.0 > 0);
    }

    /// Bytes gained by putting a group into main. Every visitor waits for them: counted are one for each of the splits,
    /// and one who opens none.
    fn gain_of_main(&self, position: usize) -> usize {
        match &self.groups[position] {
            Some(group) if !group.has_unshared => {
                let paid = group.weight.saturating_mul(BEFORE_FIRST_PAINT);
                self.gain_of(
                    group.splits.0.len(),
                    paid.saturating_mul(self.split_count + 1),
                )
            }
            _ => 0,
        }
    }

    /// Bytes gained by merging two groups.
    fn gain(&self, one: usize, other: usize) -> usize {
        let (Some(one), Some(other)) = (&self.groups[one], &self.groups[other]) else {
            return 0;
        };
        let other_alone = one.splits.lacks(&other.splits);
        let one_alone = other.splits.lacks(&one.splits);
        let both = one.splits.0.len() - one_alone;
        let cost = one.weight.saturating_mul(other_alone);
        self.gain_of(
            both,
            cost.saturating_add(other.weight.saturating_mul(one_alone)),
        )
    }

    fn gain_of(&self, requests: usize, cost: usize) -> usize {
        requests
            .saturating_mul(self.limits.request_cost)
            .saturating_sub(cost)
    }
}

impl Group {
    fn absorb(&mut self, other: Group) {
        self.splits = self.splits.union(&other.splits);
        self.weight += other.weight;
        self.has_unshared |= other.has_unshared;
        self.atoms.extend(other.atoms);
        self.atoms.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SplitId;

    fn chunks(atoms: &[(&[u32], usize)], request_cost: usize) -> Vec<(Vec<u32>, usize)> {
        let split_set =
            |splits: &[u32]| SplitSet(splits.iter().map(|&split| SplitId(split)).collect());
        let reach: Vec<Reach> = atoms
            .iter()
            .map(|(splits, _)| Reach::Splits(split_set(splits)))
            .collect();
        let weights: Vec<usize> = atoms.iter().map(|(_, weight)| *weight).collect();
        let partition = assign(&reach, &weights, 3, &Limits { request_cost });
        let of_chunk = |(position, chunk): (usize, &Chunk)| {
            let module = Some(ModuleId::Chunk(ChunkId::from_position(position)));
            let placed = partition.modules.iter().zip(&weights);
            let own = placed.filter(|(placed, _)| **placed == module);
            let splits = chunk.splits.0.iter().map(|split| split.0);
            (splits.collect(), own.map(|(_, weight)| weight).sum())
        };
        partition.chunks.iter().enumerate().map(of_chunk).collect()
    }

    const EXAMPLE: &[(&[u32], usize)] = &[
        (&[0], 90_000),
        (&[1], 70_000),
        (&[0, 1], 400_000),
        (&[0, 1, 2], 1_000),
        (&[0, 2], 30_000),
        (&[2], 2_000),
    ];

    #[test]
    fn the_example_of_the_file() {
        let merged = chunks(EXAMPLE, 20_000);
        let expected: Vec<(Vec<u32>, usize)> = vec![
            (vec![0], 90_000),
            (vec![0, 1], 400_000),
            (vec![0, 2], 32_000),
            (vec![1], 70_000),
        ];
        assert_eq!(merged, expected);
    }

    #[test]
    fn without_a_price_every_signature_is_a_chunk() {
        assert_eq!(chunks(EXAMPLE, 0).len(), EXAMPLE.len());
    }

    #[test]
    fn what_one_split_needs_never_goes_into_main() {
        assert_eq!(chunks(&[(&[0], 10), (&[1], 10)], 1_000_000).len(), 2);
    }

    #[test]
    fn what_one_split_needs_does_not_go_into_main_with_what_it_was_merged_with() {
        // First {A,C} takes {C} in; then main would still take both, were they all shared.
        let unshared = chunks(&[(&[0], 90_000), (&[0, 2], 600), (&[2], 100)], 20_000);
        assert_eq!(unshared, [(vec![0], 90_000), (vec![0, 2], 700)]);
        let shared = chunks(&[(&[0], 90_000), (&[0, 2], 700)], 20_000);
        assert_eq!(shared, [(vec![0], 90_000)]);
    }

    #[test]
    fn a_split_keeps_its_chunk_beside_large_neighbours() {
        let atoms: &[(&[u32], usize)] = &[
            (&[0], 90_000),
            (&[1], 70_000),
            (&[0, 2], 15_000),
            (&[2], 2_000),
        ];
        let expected: Vec<(Vec<u32>, usize)> =
            vec![(vec![0], 90_000), (vec![0, 2], 17_000), (vec![1], 70_000)];
        assert_eq!(chunks(atoms, 20_000), expected);
    }

    #[test]
    fn main_takes_only_what_is_small_beside_the_requests_that_it_saves() {
        // Three requests of 20 kB, and ten times the bytes for each of four visitors.
        let shared_by_all = |weight| chunks(&[(&[0, 1, 2], weight)], 20_000).len();
        assert_eq!(shared_by_all(1_499), 0);
        assert_eq!(shared_by_all(1_500), 1);
        let shared_by_two = |weight| chunks(&[(&[0, 1], weight)], 20_000).len();
        assert_eq!(shared_by_two(999), 0);
        assert_eq!(shared_by_two(1_000), 1);
    }
}
