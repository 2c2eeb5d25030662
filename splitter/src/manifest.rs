//! Names the chunks and says in the manifest which of them each split needs.

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use wasm_cleave_contract::manifest::{BLOCK, BuildId, Chunk, Manifest, Split};

use crate::file_names::FileNames;
use crate::graph::SymbolGraph;
use crate::ids::SplitId;
use crate::partition::{Partition, SplitSet};
use crate::plan::{LinkPlan, ModulePlan};
use crate::program::{File, Options};

/// The build id: a hash of the input and of all that decides what is made of it.
pub(crate) fn build_id(input: &[u8], options: &Options) -> BuildId {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(format!("{options:?}"));
    hash.update(input);
    let mut id = BuildId::default();
    id.0.copy_from_slice(&hash.finalize()[..16]);
    id
}

/// How much of a split's name goes into the names of files, in bytes.
const LONGEST_LABEL: usize = 60;

/// What a chunk is called: after its split, or after the first of them and how many more there are.
pub(crate) fn label(graph: &SymbolGraph, signature: &SplitSet) -> String {
    let [first, others @ ..] = &signature.0[..] else {
        return "chunk".to_string();
    };
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    let name = graph.splits[first.at()].name.chars().map(plain);
    // File systems want no more than 255 bytes in all; the hash keeps names apart.
    let name: String = name.take(LONGEST_LABEL).collect();
    match others.len() {
        0 => name,
        more => format!("{name}-and-{more}-more"),
    }
}

/// Names the chunks' files by their content and lists them.
pub(crate) fn new(
    options: &Options,
    build: BuildId,
    graph: &SymbolGraph,
    partition: &Partition,
    plan: &LinkPlan,
    chunks: &[(String, Vec<u8>)],
) -> Manifest {
    let chunks = chunks
        .par_iter()
        .zip(plan.chunks())
        .map(|((label, bytes), module)| {
            let sha256 = hash(bytes);
            Chunk {
                file: FileNames::new(&options.stem).chunk(label, &sha256),
                size: bytes.len() as u32,
                sha256,
                blocks: match bytes.len() > BLOCK {
                    true => bytes.par_chunks(BLOCK).map(hash).collect(),
                    false => Vec::new(),
                },
                slots: match plan.stubs {
                    Some(_) => runs(module),
                    None => Vec::new(),
                },
            }
        })
        .collect();
    let splits = graph.splits.iter().enumerate().map(|(position, split)| {
        let mut entries: Vec<u32> = split
            .entries
            .iter()
            .filter_map(|&func| plan.slot_of(func))
            .map(|slot| slot.0)
            .collect();
        entries.sort_unstable();
        let needed = partition.chunks_of(SplitId::from_position(position));
        Split {
            name: split.name.clone(),
            chunks: needed.map(|chunk| chunk.0).collect(),
            entries,
        }
    });
    Manifest {
        build,
        chunks,
        splits: splits.collect(),
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The runs of slots that a module fills: the first of each and the one after its last.
fn runs(module: &ModulePlan) -> Vec<u32> {
    let runs = module
        .slots
        .chunk_by(|(slot, _), (next, _)| slot.is_before(*next));
    runs.flat_map(|run| [run[0].0.0, run[0].0.0 + run.len() as u32])
        .collect()
}

/// The chunks' files as the manifest names them.
pub(crate) fn files(manifest: &Manifest, chunks: Vec<(String, Vec<u8>)>) -> Vec<File> {
    let named = manifest.chunks.iter().zip(chunks);
    named
        .map(|(chunk, (_, bytes))| File {
            name: chunk.file.clone(),
            bytes,
        })
        .collect()
}
