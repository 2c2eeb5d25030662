//! What is said about each module of a finished program: its file, its splits, and what is in it.

use wasm_cleave_contract::manifest::Manifest;

use crate::file_names::FileNames;
use crate::graph::SymbolGraph;
use crate::ids::{ModuleId, SplitId};
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
    let names = |splits: &[SplitId]| -> Vec<String> {
        let names = splits.iter().map(|split| &graph.splits[split.at()].name);
        names.cloned().collect()
    };
    let all: Vec<SplitId> = (0..graph.splits.len())
        .map(SplitId::from_position)
        .collect();
    let describe = |module: &ModulePlan| {
        let (file, kind, splits) = match module.module {
            ModuleId::Main => (
                FileNames::new(&options.stem).main(),
                ModuleKind::Main,
                names(&all),
            ),
            ModuleId::Chunk(chunk) => (
                manifest.chunks[chunk.at()].file.clone(),
                ModuleKind::Chunk,
                names(&partition.chunks[chunk.at()].splits.0),
            ),
        };
        let carried = module.intervals.iter();
        let carried = carried.map(|&interval| plan.input.data.bytes_of(interval).1.len());
        Module {
            file,
            kind,
            splits,
            functions: module.functions.len(),
            data: carried.sum(),
        }
    };
    plan.modules.iter().map(describe).collect()
}
