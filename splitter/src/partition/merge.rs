//! Turns atoms (symbols of equal signature) into chunks.

use std::collections::BTreeMap;

use super::signatures::{Reach, Signature};
use super::{Chunk, Limits, Partition, Reason};
use crate::ids::Module;

/// Gives every atom a module.
pub(super) fn assign(reach: &[Reach], sizes: &[usize], _limits: &Limits) -> Partition {
    let mut atoms: BTreeMap<&Signature, usize> = BTreeMap::new();
    for (reach, size) in reach.iter().zip(sizes) {
        if let Reach::Splits(signature) = reach {
            *atoms.entry(signature).or_default() += size;
        }
    }
    let module_of = |signature: &Signature| {
        let position = atoms.keys().position(|&known| known == signature);
        position.map(|position| Module::from_position(position + 1))
    };
    let modules = reach
        .iter()
        .map(|reach| match reach {
            Reach::Dead => None,
            Reach::Main => Some(Module::MAIN),
            Reach::Splits(signature) => module_of(signature),
        })
        .collect();
    let chunks = atoms
        .iter()
        .map(|(&signature, &size)| Chunk {
            signature: signature.clone(),
            size,
            reason: Reason::Signature,
        })
        .collect();
    Partition { modules, chunks }
}
