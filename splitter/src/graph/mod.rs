//! Who refers to whom: functions and data intervals as nodes, static edges, splits with their entries, roots.
//!
//! The address of an entry is not an edge: it is what cuts the program. Edges are flat arrays, one run a node.

mod edges;
mod imports;

use crate::error::SplitError;
use crate::ids::{Func, Interval, Node};
use crate::read::{InputModule, Site};

pub use imports::{Magic, SplitPoint};

/// The graph of a program.
#[derive(Debug)]
pub struct SymbolGraph {
    functions: usize,
    nodes: usize,
    /// Where each node's targets begin in `targets`; one more than there are nodes.
    starts: Vec<u32>,
    targets: Vec<Node>,
    /// The splits, by name.
    pub splits: Vec<SplitPoint>,
    /// What each imported function of ours means.
    pub magic: Vec<Option<Magic>>,
    /// Functions that have to be in main because of an import that they call; ascending.
    in_main: Vec<Func>,
    /// What must be in main: exports, the start function, what names data segments, what wasm-bindgen must see.
    pub roots: Vec<Node>,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A function.
    Func(Func),
    /// A data interval.
    Data(Interval),
}

impl SymbolGraph {
    /// Builds the graph.
    ///
    /// # Errors
    /// When the program's use of our imports cannot be followed.
    pub fn new(module: &InputModule) -> Result<Self, SplitError> {
        let found = imports::find(module)?;
        let (starts, targets) = edges::collect(module, &found);
        let functions = module.functions.len();
        let mut graph = SymbolGraph {
            functions,
            nodes: functions + module.data.intervals.len(),
            starts,
            targets,
            roots: Vec::new(),
            splits: found.splits,
            magic: found.magic,
            in_main: found.callers_in_main,
        };
        graph.roots = graph.find_roots(module);
        Ok(graph)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes == 0
    }

    /// The node of a function.
    pub fn func(&self, func: Func) -> Node {
        Node(func.0)
    }

    /// The node of a data interval.
    pub fn data(&self, interval: Interval) -> Node {
        Node::from_position(self.functions + interval.at())
    }

    /// What a node stands for.
    pub fn kind(&self, node: Node) -> NodeKind {
        match node.at().checked_sub(self.functions) {
            None => NodeKind::Func(Func(node.0)),
            Some(position) => NodeKind::Data(Interval::from_position(position)),
        }
    }

    /// What a node refers to, split edges left out.
    pub fn targets(&self, node: Node) -> &[Node] {
        let range = self.starts[node.at()] as usize..self.starts[node.at() + 1] as usize;
        &self.targets[range]
    }

    /// What an import of ours means.
    pub fn magic_of(&self, func: Func) -> Option<&Magic> {
        self.magic.get(func.at()).and_then(Option::as_ref)
    }

    /// Whether a function calls a marker of wasm-bindgen, which then replaces the function.
    pub fn is_interpreted(&self, func: Func) -> bool {
        self.in_main.binary_search(&func).is_ok()
    }

    fn find_roots(&self, module: &InputModule) -> Vec<Node> {
        let imports = (0..module.imported_functions).map(Func::from_position);
        let mut roots: Vec<Node> = imports
            .filter(|&func| self.magic_of(func).is_none())
            .map(|func| self.func(func))
            .collect();
        let exported = module
            .exports
            .iter()
            .filter(|export| export.kind == wasmparser::ExternalKind::Func)
            .map(|export| self.func(Func(export.index)));
        roots.extend(exported);
        roots.extend(module.untaken.iter().map(|&func| self.func(func)));
        roots.extend(module.start.map(|func| self.func(func)));
        roots.extend(self.in_main.iter().map(|&func| self.func(func)));
        // Segments are main's.
        let defined = (module.imported_functions..module.functions.len()).map(Func::from_position);
        let names_segment = |func: &Func| module.sites(*func).iter().any(Site::names_segment);
        roots.extend(defined.filter(names_segment).map(|func| self.func(func)));
        roots.extend(
            module
                .data
                .retained
                .iter()
                .map(|&interval| self.data(interval)),
        );
        // What bytes without an owner refer to: the bytes stay in main.
        for (interval, site) in &module.data_sites {
            if interval.is_none() {
                roots.extend(edges::target(self.functions, module, self.entries(), site));
            }
        }
        roots.sort_unstable();
        roots.dedup();
        roots
    }

    fn entries(&self) -> impl Fn(Func) -> bool + '_ {
        |func| {
            self.splits
                .iter()
                .any(|split| split.entries.binary_search(&func).is_ok())
        }
    }
}
