//! Collects the static edges from the references of bodies and data.

use rayon::prelude::*;

use super::imports::Found;
use crate::ids::{Func, Node};
use crate::read::{InputModule, Reference, ReferenceKind};

/// Where each node's targets begin, and the targets.
pub(super) fn collect(module: &InputModule, found: &Found) -> (Vec<u32>, Vec<Node>) {
    let mut is_entry = vec![false; module.functions.len()];
    for entry in found.splits.iter().flat_map(|split| &split.entries) {
        is_entry[entry.at()] = true;
    }
    let functions = module.functions.len();
    let target = |reference| {
        target(
            functions,
            module,
            |func: Func| is_entry[func.at()],
            reference,
        )
    };

    let of_functions: Vec<Vec<Node>> = (0..functions)
        .into_par_iter()
        .map(|position| {
            unique(
                module
                    .references(Func::from_position(position))
                    .iter()
                    .filter_map(target),
            )
        })
        .collect();
    let mut starts = Vec::with_capacity(functions + module.data.intervals.len() + 1);
    let mut targets: Vec<Node> = Vec::new();
    for of_function in of_functions {
        starts.push(targets.len() as u32);
        targets.extend(of_function);
    }
    let mut rest = module.data_references.as_slice();
    while let [(None, _), others @ ..] = rest {
        rest = others;
    }
    for interval in 0..module.data.intervals.len() {
        starts.push(targets.len() as u32);
        let end = rest.partition_point(|(of, _)| of.is_none_or(|of| of.at() <= interval));
        let (mine, others) = rest.split_at(end);
        targets.extend(unique(
            mine.iter().filter_map(|(_, reference)| target(reference)),
        ));
        rest = others;
    }
    starts.push(targets.len() as u32);
    (starts, targets)
}

/// The node that a reference refers to, unless it takes the address of an entry. Imports are main's in any case.
pub(super) fn target(
    functions: usize,
    module: &InputModule,
    is_entry: impl Fn(Func) -> bool,
    reference: &Reference,
) -> Option<Node> {
    let node = |func: Func| Node(func.0);
    match reference.kind {
        ReferenceKind::Call(func) | ReferenceKind::TailCall(func) => {
            Some(func).filter(|&func| !module.is_import(func)).map(node)
        }
        ReferenceKind::SlotConst(slot) | ReferenceKind::SlotWord(slot) => {
            let func = module.in_slot(slot)?;
            Some(func)
                .filter(|&func| !module.is_import(func) && !is_entry(func))
                .map(node)
        }
        ReferenceKind::AddressConst(_, interval)
        | ReferenceKind::AddressOffset(_, interval)
        | ReferenceKind::AddressWord(interval)
        | ReferenceKind::Global(_, interval) => {
            interval.map(|interval| Node::from_position(functions + interval.at()))
        }
        ReferenceKind::Type(_)
        | ReferenceKind::BlockType(_)
        | ReferenceKind::Tag(_)
        | ReferenceKind::Table
        | ReferenceKind::ThreadOffset(_)
        | ReferenceKind::Copy(_)
        | ReferenceKind::Drop { .. }
        | ReferenceKind::Segment(_) => None,
    }
}

fn unique(targets: impl Iterator<Item = Node>) -> Vec<Node> {
    let mut targets: Vec<Node> = targets.collect();
    targets.sort_unstable();
    targets.dedup();
    targets
}
