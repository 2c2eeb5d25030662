//! What is said about each module of a finished program: its file, its splits, and what is in it.

use wasm_cleave_contract::manifest::Manifest;

use crate::file_names::FileNames;
use crate::graph::SymbolGraph;
use crate::ids::Split;
use crate::partition::Partition;
use crate::plan::{LinkPlan, ModulePlan};
use crate::program::{Module, ModuleKind, Options};

/// What is said about each module, main first.
pub(crate) fn describe(
    options: &Options,
    graph: &SymbolGraph,
    partition: &Partition,
    plan: &LinkPlan,
    manifest: &Manifest,
) -> Vec<Module> {
    let name = |split: Split| graph.splits[split.at()].name.clone();
    let describe = |module: &ModulePlan| {
        let chunk = module.module.at().checked_sub(1);
        Module {
            file: match chunk {
                None => FileNames::new(&options.stem).main(),
                Some(chunk) => manifest.chunks[chunk].file.clone(),
            },
            kind: match chunk {
                None => ModuleKind::Main,
                Some(_) => ModuleKind::Chunk,
            },
            splits: match chunk {
                None => graph
                    .splits
                    .iter()
                    .map(|split| split.name.clone())
                    .collect(),
                Some(chunk) => partition.chunks[chunk]
                    .signature
                    .0
                    .iter()
                    .map(|&split| name(split))
                    .collect(),
            },
            functions: module.functions.len(),
            data: module
                .intervals
                .iter()
                .map(|&interval| plan.input.data.bytes_of(interval).1.len())
                .sum(),
        }
    };
    plan.modules.iter().map(describe).collect()
}
