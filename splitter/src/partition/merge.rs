//! Turns atoms (symbols of equal signature) into chunks, and merges those that are not worth a request of their own.
//!
//! With a request worth 20 kB, and splits A, B and C:
//!
//! ```text
//!   {A} 90 kB   {B} 70 kB   {A,B} 400 kB   {A,B,C} 1 kB   {A,C} 30 kB   {C} 2 kB
//!
//!   {A,B,C} into main    saves 3 requests, costs 1 kB for whoever loads none of them
//!   {A,C} into main      saves 2 requests, costs 30 kB for B and for whoever loads none: no
//!   {A,C} and {C}        saves a request of C, costs A 2 kB
//!   {A} and {A,B}        saves a request of A, costs B 90 kB: no
//! ```
//!
//! The cheapest merge is made first, until none saves more than it costs. A chunk that only one split needs never goes
//! into main: what the author has split stays split.

use std::collections::BTreeMap;

use super::signatures::{Reach, Signature};
use super::{Chunk, Limits, Partition, Reason};
use crate::ids::Module;

/// A chunk to be: atoms that are loaded together.
#[derive(Clone, Debug)]
struct Group {
    signature: Signature,
    size: usize,
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
    sizes: &[usize],
    splits: usize,
    limits: &Limits,
) -> Partition {
    let mut atoms: BTreeMap<&Signature, usize> = BTreeMap::new();
    for (reach, size) in reach.iter().zip(sizes) {
        if let Reach::Splits(signature) = reach {
            *atoms.entry(signature).or_default() += size;
        }
    }
    let position_of: BTreeMap<&Signature, usize> = atoms
        .keys()
        .enumerate()
        .map(|(position, signature)| (*signature, position))
        .collect();
    let signatures: Vec<&Signature> = atoms.keys().copied().collect();
    // Nothing but zeros is carried by nobody, so it needs no chunk.
    let carried = atoms.iter().enumerate().filter(|(_, (_, size))| **size > 0);
    let groups = carried.map(|(position, (signature, size))| Group {
        signature: (*signature).clone(),
        size: *size,
        atoms: vec![position],
    });
    let groups = merge(groups.collect(), splits, limits);

    let mut module_of_atom = vec![Module::MAIN; signatures.len()];
    for (position, group) in groups.iter().enumerate() {
        for &atom in &group.atoms {
            module_of_atom[atom] = Module::from_position(position + 1);
        }
    }
    let inlined = signatures
        .iter()
        .zip(&module_of_atom)
        .filter(|(_, module)| **module == Module::MAIN);
    Partition {
        inlined: inlined.map(|(signature, _)| (*signature).clone()).collect(),
        modules: reach
            .iter()
            .map(|reach| match reach {
                Reach::Dead => None,
                Reach::Main => Some(Module::MAIN),
                Reach::Splits(signature) => Some(module_of_atom[position_of[signature]]),
            })
            .collect(),
        chunks: groups
            .into_iter()
            .map(|group| group.into_chunk(&signatures))
            .collect(),
    }
}

/// Merges groups as long as that saves more than it costs; those that went into main are left out.
fn merge(mut groups: Vec<Group>, splits: usize, limits: &Limits) -> Vec<Group> {
    loop {
        let mut best: Option<(usize, usize, Partner)> = None;
        for (position, group) in groups.iter().enumerate() {
            for (gain, partner) in partners(&groups, position, group, splits, limits) {
                if gain > best.map_or(0, |best| best.0) {
                    best = Some((gain, position, partner));
                }
            }
        }
        match best {
            None => break,
            Some((_, position, Partner::Main)) => {
                groups.remove(position);
            }
            Some((_, position, Partner::Group(partner))) => {
                let merged = groups.remove(partner);
                groups[position].absorb(merged);
            }
        }
    }
    groups.sort_by(|a, b| a.signature.cmp(&b.signature));
    groups
}

/// What a group could be merged with, and how many bytes that gains.
fn partners(
    groups: &[Group],
    position: usize,
    group: &Group,
    splits: usize,
    limits: &Limits,
) -> impl Iterator<Item = (usize, Partner)> {
    let worth =
        move |requests: usize, cost: usize| (requests * limits.request_cost).checked_sub(cost);
    let needed = group.signature.0.len();
    // Whoever loads main and none of the splits is one more who does not need it.
    let main = (needed > 1)
        .then(|| worth(needed, group.size * (splits - needed + 1)))
        .flatten()
        .map(|gain| (gain, Partner::Main));
    let others = groups[position + 1..]
        .iter()
        .enumerate()
        .filter_map(move |(offset, other)| {
            let both = needed - other.signature.lacks(&group.signature);
            let cost = group.size * group.signature.lacks(&other.signature)
                + other.size * other.signature.lacks(&group.signature);
            worth(both, cost).map(|gain| (gain, Partner::Group(position + 1 + offset)))
        });
    main.into_iter().chain(others)
}

impl Group {
    fn absorb(&mut self, other: Group) {
        self.signature = self.signature.union(&other.signature);
        self.size += other.size;
        self.atoms.extend(other.atoms);
        self.atoms.sort_unstable();
    }

    fn into_chunk(self, signatures: &[&Signature]) -> Chunk {
        let merged = || {
            self.atoms
                .iter()
                .map(|&atom| signatures[atom].clone())
                .collect()
        };
        Chunk {
            reason: match self.atoms.len() {
                1 => Reason::Signature,
                _ => Reason::Merged(merged()),
            },
            signature: self.signature,
            size: self.size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Split;

    fn chunks(atoms: &[(&[u32], usize)], request_cost: usize) -> Vec<(Vec<u32>, usize)> {
        let signature =
            |splits: &[u32]| Signature(splits.iter().map(|&split| Split(split)).collect());
        let reach: Vec<Reach> = atoms
            .iter()
            .map(|(splits, _)| Reach::Splits(signature(splits)))
            .collect();
        let sizes: Vec<usize> = atoms.iter().map(|(_, size)| *size).collect();
        let partition = assign(&reach, &sizes, 3, &Limits { request_cost });
        let splits = |chunk: &Chunk| chunk.signature.0.iter().map(|split| split.0).collect();
        partition
            .chunks
            .iter()
            .map(|chunk| (splits(chunk), chunk.size))
            .collect()
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
}
