//! Programs as text, for tests: what refers to what, in a few lines, and what graph, partition and plan make of it.
//!
//! ```text
//!   main -> a &f        `main` is exported; it calls `a` and takes the address of `f`
//!   a: 100 -> d         a function of 100 bytes that uses the data `d`
//!   split x = f         `f` is an entry of the split `x`
//!   data d: 40 -> &g    40 bytes of data with the address of `g` among them
//!   table h             `h` is in the table, though nothing takes its address
//!   import log          an import of the program
//! ```
//!
//! Two imports are known without a line: wasm-bindgen interprets the functions that call `describe`, and those that
//! call `manifest` read the manifest.

use wasm_cleave_contract as contract;
use wasmparser::{ExternalKind, FuncType, RefType, TableType, TypeRef};

use crate::conventions;
use crate::graph::{NodeKind, SymbolGraph};
use crate::ids::{Func, Interval, ModuleId, Node, Slot, Type};
use crate::partition::{Limits, Partition};
use crate::plan::{Callee, LinkPlan};
use crate::read::{
    DataMap, Export, Function, Import, InputModule, Reference, ReferenceKind, Segment,
};

/// How long a symbol is that does not say it.
const USUAL_SIZE: usize = 10;

/// A line of the text.
enum Line {
    Import(&'static str),
    Split(&'static str, Vec<&'static str>),
    Table(&'static str),
    Func(Symbol),
    Data(Symbol),
}

struct Symbol {
    name: &'static str,
    size: usize,
    targets: Vec<&'static str>,
}

fn parse(line: &'static str) -> Line {
    if let Some(name) = line.strip_prefix("import ") {
        return Line::Import(name);
    }
    if let Some(name) = line.strip_prefix("table ") {
        return Line::Table(name);
    }
    if let Some(split) = line.strip_prefix("split ") {
        let (name, entries) = split.split_once(" = ").expect("`split NAME = ENTRIES`");
        return Line::Split(name, entries.split(' ').collect());
    }
    let (symbol, targets) = line.split_once(" -> ").unwrap_or((line, ""));
    let (symbol, kind): (_, fn(Symbol) -> Line) = match symbol.strip_prefix("data ") {
        Some(symbol) => (symbol, Line::Data),
        None => (symbol, Line::Func),
    };
    let (name, size) = match symbol.split_once(": ") {
        Some((name, size)) => (name, size.parse().expect("a size is a number")),
        None => (symbol, USUAL_SIZE),
    };
    kind(Symbol {
        name,
        size,
        targets: targets.split_whitespace().collect(),
    })
}

/// A program that was written as text.
pub(crate) struct Sketch {
    input: InputModule<'static>,
    data: Vec<&'static str>,
}

impl Sketch {
    /// Reads the text, a line for each symbol.
    pub(crate) fn new(text: &'static str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines: Vec<Line> = lines.map(parse).collect();
        let mut sketch = Sketch {
            input: InputModule::empty(),
            data: Vec::new(),
        };
        sketch.input.types.push(FuncType::new([], []));
        // As the linker does: nothing is at address 0.
        sketch.input.slots.push(None);
        sketch.declare_imports(&lines);
        sketch.declare_symbols(&lines);
        sketch.refer(&lines);
        sketch.input.table = Some(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            initial: sketch.input.slots.len() as u64,
            maximum: None,
            shared: false,
        });
        sketch
    }

    fn declare_imports(&mut self, lines: &[Line]) {
        let uses = |import: &str| {
            lines.iter().any(|line| match line {
                Line::Func(symbol) => symbol.targets.contains(&import),
                _ => false,
            })
        };
        if uses("describe") {
            self.import(
                "describe",
                conventions::BINDGEN_IMPORTS,
                "__wbindgen_describe",
            );
        }
        if uses("manifest") {
            self.import("manifest", contract::RUNTIME_MODULE, contract::MANIFEST_LEN);
        }
        for line in lines {
            match line {
                Line::Import(name) => self.import(name, "env", name),
                Line::Split(name, _) => self.import(name, contract::MARKER_MODULE, name),
                _ => {}
            }
        }
    }

    fn import(&mut self, called: &'static str, module: &'static str, name: &'static str) {
        self.input.imports.push(Import {
            module,
            name,
            ty: TypeRef::Func(0),
        });
        self.input.imported_functions += 1;
        self.function(called, 0);
    }

    fn function(&mut self, name: &'static str, size: usize) {
        self.input.functions.push(Function {
            ty: Type(0),
            body: vec![0; size].leak(),
            references: 0..0,
        });
        self.input.names.functions.push(Some(name));
    }

    fn declare_symbols(&mut self, lines: &[Line]) {
        let mut bytes = Vec::new();
        let mut intervals = Vec::new();
        for line in lines {
            match line {
                Line::Func(symbol) => self.function(symbol.name, symbol.size),
                Line::Data(symbol) => {
                    let start = bytes.len() as u32;
                    // No compressor makes them shorter.
                    bytes.extend((0..symbol.size).map(|at| ((at * 7919) >> 3) as u8 | 1));
                    intervals.push((0, start..bytes.len() as u32));
                    self.data.push(symbol.name);
                }
                _ => {}
            }
        }
        let segment = Segment {
            address: 1024,
            bytes: bytes.leak(),
            thread_local: false,
            passive: false,
        };
        self.input.data = DataMap {
            segments: vec![segment],
            intervals,
            ..DataMap::default()
        };
    }

    fn refer(&mut self, lines: &[Line]) {
        let mut intervals = (0..).map(Interval::from_position);
        for line in lines {
            match line {
                Line::Func(symbol) => self.refer_from_code(symbol, lines),
                Line::Data(symbol) => {
                    let interval = intervals.next();
                    for target in &symbol.targets {
                        let kind = match target.strip_prefix('&') {
                            Some(func) => ReferenceKind::SlotWord(self.slot_of(func)),
                            None => ReferenceKind::AddressWord(self.interval(target)),
                        };
                        let reference = Reference { offset: 0, kind };
                        self.input.data_references.push((interval, reference));
                    }
                }
                Line::Table(name) => {
                    let func = self.func(name);
                    self.input.slots.push(Some(func));
                    self.input.implicitly_referenced.push(func);
                }
                Line::Import(_) | Line::Split(..) => {}
            }
        }
    }

    fn refer_from_code(&mut self, symbol: &Symbol, lines: &[Line]) {
        let func = self.func(symbol.name);
        let start = self.input.code_references.len();
        let markers = lines.iter().filter_map(|line| match line {
            Line::Split(name, entries) if entries.contains(&symbol.name) => Some(name),
            _ => None,
        });
        for target in symbol.targets.iter().chain(markers) {
            let kind = match (target.strip_prefix('&'), self.interval(target)) {
                (Some(func), _) => ReferenceKind::SlotConst(self.slot_of(func)),
                (None, None) => ReferenceKind::Call(self.func(target)),
                (None, interval) => ReferenceKind::AddressConst(0, interval),
            };
            let reference = Reference { offset: 1, kind };
            self.input.code_references.push(reference);
        }
        let references = start..self.input.code_references.len();
        self.input.functions[func.at()].references = references;
        if symbol.name == "main" {
            self.input.exports.push(Export {
                name: "main",
                kind: ExternalKind::Func,
                index: func.0,
            });
        }
    }

    /// The function of a name; a split's name is its marker's.
    fn func(&self, name: &str) -> Func {
        let mut names = self.input.names.functions.iter();
        let position = names.position(|known| *known == Some(name));
        Func::from_position(position.unwrap_or_else(|| panic!("there is no function `{name}`")))
    }

    fn interval(&self, name: &str) -> Option<Interval> {
        let position = self.data.iter().position(|data| *data == name);
        position.map(Interval::from_position)
    }

    fn slot_of(&mut self, name: &str) -> Slot {
        let func = self.func(name);
        let slots = &mut self.input.slots;
        let position = slots.iter().position(|held| *held == Some(func));
        Slot::from_position(position.unwrap_or_else(|| {
            slots.push(Some(func));
            slots.len() - 1
        }))
    }

    fn name(&self, func: Func) -> &'static str {
        self.input.names.functions[func.at()].expect("every function has a name")
    }

    fn graph(&self) -> SymbolGraph {
        SymbolGraph::new(&self.input).expect("the splits can be followed")
    }

    /// The names of nodes, with spaces between them.
    fn names(&self, graph: &SymbolGraph, nodes: impl IntoIterator<Item = Node>) -> String {
        let name = |node| match graph.kind(node) {
            NodeKind::Func(func) => self.name(func),
            NodeKind::Data(interval) => self.data[interval.at()],
        };
        let names: Vec<_> = nodes.into_iter().map(name).collect();
        names.join(" ")
    }

    /// The roots and the edges, a line for each symbol that has some.
    pub(crate) fn show_graph(&self) -> String {
        let graph = self.graph();
        let mut text = format!("roots: {}\n", self.names(&graph, graph.roots.clone()));
        for node in (0..graph.len()).map(Node::from_position) {
            let targets = self.names(&graph, graph.targets(node).to_vec());
            if !targets.is_empty() {
                text += &format!("{} -> {targets}\n", self.names(&graph, [node]));
            }
        }
        text
    }

    /// A line for each module: which splits need it, and its symbols.
    pub(crate) fn show_partition(&self, request_cost: usize) -> String {
        let graph = self.graph();
        let partition = Partition::new(&self.input, &graph, &Limits { request_cost });
        let mut text = String::new();
        let modules = partition.modules().map(Some).chain([None]);
        for module in modules {
            let own = (0..graph.len()).map(Node::from_position);
            // Markers are not in any module.
            let own = own.filter(|&node| match graph.kind(node) {
                NodeKind::Func(func) => graph.intrinsic_of(func).is_none(),
                NodeKind::Data(_) => true,
            });
            let own = own.filter(|&node| partition.module_of(node) == module);
            let own = self.names(&graph, own);
            if !own.is_empty() {
                text += &format!("{}: {own}\n", module_name(module, &graph, &partition));
            }
        }
        text
    }

    /// For each module: what it imports or exports, which slots it fills, and how it calls functions.
    pub(crate) fn show_plan(&self) -> String {
        let graph = self.graph();
        let partition = Partition::new(&self.input, &graph, &Limits::NONE);
        let plan = LinkPlan::new(&self.input, &graph, &partition).expect("it can be planned");
        let mut text = String::new();
        for module in &plan.modules {
            text += &module_name(Some(module.module), &graph, &partition);
            if module.module == ModuleId::Main {
                for &func in &plan.exports.functions {
                    let wrapped = match plan.exports.wrapped.contains(&func) {
                        true => " in a wrapper",
                        false => "",
                    };
                    let name = plan.exports.function_name(func).expect("it has a name");
                    text += &format!("\n  exports {}{wrapped} as {name}", self.name(func));
                }
            }
            for &(slot, func) in &module.slots {
                text += &format!("\n  fills slot {} with {}", slot.0, self.name(func));
            }
            for &interval in &module.intervals {
                text += &format!("\n  carries {}", self.data[interval.at()]);
            }
            for &caller in &module.functions {
                for callee in self
                    .input
                    .references(caller)
                    .iter()
                    .filter_map(Reference::callee)
                {
                    let way = match plan.callee(module, callee).expect("it can be called") {
                        Callee::Direct(index) => match (index as usize) < module.imported.len() {
                            true => "as an import".to_string(),
                            false => "directly".to_string(),
                        },
                        Callee::Slot(slot, _) => format!("through slot {}", slot.0),
                        Callee::Intrinsic(_) => continue,
                    };
                    let [caller, callee] = [caller, callee].map(|func| self.name(func));
                    text += &format!("\n  {caller} calls {callee} {way}");
                }
            }
            text.push('\n');
        }
        text
    }
}

fn module_name(module: Option<ModuleId>, graph: &SymbolGraph, partition: &Partition) -> String {
    match module {
        None => "nowhere".to_string(),
        Some(ModuleId::Main) => "main".to_string(),
        Some(ModuleId::Chunk(chunk)) => {
            let splits = partition.chunks[chunk.at()].splits.0.iter();
            let names: Vec<_> = splits
                .map(|split| &*graph.splits[split.at()].name)
                .collect();
            format!("chunk of {}", names.join(" and "))
        }
    }
}
