//! What refers to what: functions and data intervals as nodes, static edges, splits with their entries, roots.
//!
//! The address of an entry is not an edge: it is what cuts the program. Edges are flat arrays, one run a node.

mod edges;
mod error;
mod imports;
#[cfg(test)]
mod tests;

use crate::ids::{Func, Interval, Node};
use crate::read::{InputModule, Reference};

pub use error::SplitError;
pub(crate) use imports::{Intrinsic, SplitPoint};

/// The graph of a program.
#[derive(Debug)]
pub(crate) struct SymbolGraph {
    functions: usize,
    nodes: usize,
    /// Where each node's targets begin in `targets`; one more than there are nodes.
    starts: Vec<u32>,
    targets: Vec<Node>,
    /// The splits, by name.
    pub(crate) splits: Vec<SplitPoint>,
    /// What each of our imported functions means.
    pub(crate) intrinsics: Vec<Option<Intrinsic>>,
    /// Functions that wasm-bindgen interprets; ascending.
    interpreted: Vec<Func>,
    /// What must be in main: exports, the start function, what names data segments, what wasm-bindgen must see.
    pub(crate) roots: Vec<Node>,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
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
    pub(crate) fn new(module: &InputModule) -> Result<Self, SplitError> {
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
            intrinsics: found.intrinsics,
            interpreted: found.interpreted,
        };
        graph.roots = graph.find_roots(module, &found.manifest_readers);
        Ok(graph)
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes
    }

    /// The node of a function.
    pub(crate) fn func(&self, func: Func) -> Node {
        Node(func.0)
    }

    /// The node of a data interval.
    pub(crate) fn data(&self, interval: Interval) -> Node {
        Node::from_position(self.functions + interval.at())
    }

    /// What a node stands for.
    pub(crate) fn kind(&self, node: Node) -> NodeKind {
        match node.at().checked_sub(self.functions) {
            None => NodeKind::Func(Func(node.0)),
            Some(position) => NodeKind::Data(Interval::from_position(position)),
        }
    }

    /// What a node refers to, split edges left out.
    pub(crate) fn targets(&self, node: Node) -> &[Node] {
        let range = self.starts[node.at()] as usize..self.starts[node.at() + 1] as usize;
        &self.targets[range]
    }

    /// What one of our imports means.
    pub(crate) fn intrinsic_of(&self, func: Func) -> Option<&Intrinsic> {
        self.intrinsics.get(func.at()).and_then(Option::as_ref)
    }

    /// Whether a function calls a marker of wasm-bindgen, which then interprets the function and replaces calls of it.
    pub(crate) fn is_interpreted(&self, func: Func) -> bool {
        self.interpreted.binary_search(&func).is_ok()
    }

    fn find_roots(&self, module: &InputModule, manifest_readers: &[Func]) -> Vec<Node> {
        let imports = (0..module.imported_functions).map(Func::from_position);
        let mut roots: Vec<Node> = imports
            .filter(|&func| self.intrinsic_of(func).is_none())
            .map(|func| self.func(func))
            .collect();
        let exported = module
            .exports
            .iter()
            .filter(|export| export.kind == wasmparser::ExternalKind::Func)
            .map(|export| self.func(Func(export.index)));
        roots.extend(exported);
        roots.extend(
            module
                .implicitly_referenced
                .iter()
                .map(|&func| self.func(func)),
        );
        roots.extend(module.start.map(|func| self.func(func)));
        let in_main = self.interpreted.iter().chain(manifest_readers);
        roots.extend(in_main.map(|&func| self.func(func)));
        // Segments are main's.
        let defined = (module.imported_functions..module.functions.len()).map(Func::from_position);
        let names_segment = |func: &Func| {
            module
                .references(*func)
                .iter()
                .any(Reference::names_segment)
        };
        roots.extend(defined.filter(names_segment).map(|func| self.func(func)));
        roots.extend(
            module
                .data
                .retained
                .iter()
                .map(|&interval| self.data(interval)),
        );
        // What bytes without an owner refer to: the bytes stay in main.
        for (interval, reference) in &module.data_references {
            if interval.is_none() {
                roots.extend(edges::target(
                    self.functions,
                    module,
                    self.entries(),
                    reference,
                ));
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
