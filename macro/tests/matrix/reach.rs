//! Reads a linked module and says which functions are reachable from which, entries of splits apart.
//!
//! A reader of its own, and a simple one: it shall not share the splitter's mistakes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use wasmparser::{
    BinaryReader, DataKind, ElementItems, ExternalKind, KnownCustom, Linking, Operator, Parser,
    Payload, RelocSectionReader, RelocationEntry, RelocationType, SymbolInfo, TypeRef,
};

const MARKER_MODULE: &str = "cleave1:split";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Function(u32);

/// A data symbol, by its index in the symbol table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Data(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Node {
    Function(Function),
    Data(Data),
}

/// How a function is referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Reference {
    Call,
    Address,
}

#[derive(Default)]
pub(crate) struct Program {
    /// Marker imports and the split that each stands for.
    markers: HashMap<Function, String>,
    imported: u32,
    roots: BTreeSet<Function>,
    bodies: BTreeMap<Function, Range<u64>>,
    names: HashMap<Function, Vec<String>>,
    edges: HashMap<Node, Vec<(Node, Reference)>>,
    /// The functions that call a marker, with the names of the splits.
    pub(crate) entries: BTreeMap<Function, Vec<String>>,
}

/// What has to be known of a section before its relocations can be attributed.
#[derive(Default)]
struct Sections<'a> {
    code: u64,
    data: u64,
    segments: Vec<Range<u64>>,
    symbols: Vec<SymbolInfo<'a>>,
}

impl Program {
    pub(crate) fn read(wasm: &[u8]) -> wasmparser::Result<Self> {
        let mut program = Program::default();
        let mut sections = Sections::default();
        let mut relocations = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        if matches!(import.ty, TypeRef::Func(_)) {
                            if import.module == MARKER_MODULE {
                                let marker = Function(program.imported);
                                program.markers.insert(marker, import.name.to_owned());
                            }
                            program.imported += 1;
                        }
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            program.roots.insert(Function(export.index));
                        }
                    }
                }
                Payload::StartSection { func, .. } => {
                    program.roots.insert(Function(func));
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        assert!(matches!(element?.items, ElementItems::Functions(_)));
                    }
                }
                Payload::CodeSectionStart {
                    unchecked_range, ..
                } => sections.code = unchecked_range.start,
                Payload::CodeSectionEntry(body) => {
                    let function = Function(program.imported + program.bodies.len() as u32);
                    program.bodies.insert(function, body.range());
                    for operator in body.get_operators_reader()? {
                        let (callee, reference) = match operator? {
                            Operator::Call { function_index } => (function_index, Reference::Call),
                            Operator::RefFunc { function_index } => {
                                (function_index, Reference::Address)
                            }
                            _ => continue,
                        };
                        program.edge(
                            Node::Function(function),
                            Node::Function(Function(callee)),
                            reference,
                        );
                    }
                }
                Payload::DataSection(data) => {
                    sections.data = data.range().start;
                    for segment in data {
                        let segment = segment?;
                        assert!(matches!(segment.kind, DataKind::Active { .. }));
                        let end = segment.range.end;
                        sections.segments.push(end - segment.data.len() as u64..end);
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(linking) => {
                        for part in linking {
                            if let Linking::SymbolTable(symbols) = part? {
                                sections.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                            }
                        }
                    }
                    KnownCustom::Reloc(_)
                        if section.name() != "reloc.CODE" && section.name() != "reloc.DATA" => {}
                    KnownCustom::Reloc(_) => {
                        let base = if section.name() == "reloc.CODE" {
                            sections.code
                        } else {
                            sections.data
                        };
                        let reader = BinaryReader::new(section.data(), section.data_offset());
                        for entry in RelocSectionReader::new(reader)?.entries() {
                            let entry = entry?;
                            relocations.push((base + u64::from(entry.offset), entry));
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        program.name_functions(&sections);
        program.relocate(&sections, &relocations);
        program.find_entries();
        Ok(program)
    }

    fn edge(&mut self, from: Node, to: Node, reference: Reference) {
        self.edges.entry(from).or_default().push((to, reference));
    }

    fn name_functions(&mut self, sections: &Sections) {
        for symbol in &sections.symbols {
            if let SymbolInfo::Func {
                index,
                name: Some(name),
                ..
            } = symbol
            {
                self.names
                    .entry(Function(*index))
                    .or_default()
                    .push((*name).to_owned());
            }
        }
    }

    /// Addresses of functions, and all that concerns data; calls are in the bodies.
    fn relocate(&mut self, sections: &Sections, relocations: &[(u64, RelocationEntry)]) {
        let mut owners = owners(self, sections);
        owners.sort_by_key(|(range, _)| (range.start, range.end));
        for (place, relocation) in relocations {
            let target = match (
                &sections.symbols.get(relocation.index as usize),
                relocation.ty,
            ) {
                (_, RelocationType::TypeIndexLeb) => continue,
                (Some(SymbolInfo::Func { index, .. }), ty) if is_address_of_function(ty) => {
                    Node::Function(Function(*index))
                }
                (Some(SymbolInfo::Data { .. }), _) => Node::Data(Data(relocation.index)),
                _ => continue,
            };
            // Symbols of data overlap: all that hold the place refer to the target.
            let until = owners.partition_point(|(range, _)| range.start <= *place);
            let holders: Vec<Node> = owners[..until]
                .iter()
                .filter(|(range, _)| range.contains(place))
                .map(|(_, node)| *node)
                .collect();
            for holder in holders {
                self.edge(holder, target, Reference::Address);
            }
        }
    }

    fn find_entries(&mut self) {
        for &function in self.bodies.keys() {
            let marks: Vec<String> = self
                .references(Node::Function(function))
                .filter_map(|(to, _)| match to {
                    Node::Function(function) => self.markers.get(&function).cloned(),
                    Node::Data(_) => None,
                })
                .collect();
            if !marks.is_empty() {
                self.entries.insert(function, marks);
            }
        }
    }

    fn references(&self, from: Node) -> impl Iterator<Item = (Node, Reference)> {
        self.edges.get(&from).into_iter().flatten().copied()
    }

    /// Everything that main reaches without entering a split.
    pub(crate) fn reached_by_main(&self) -> BTreeSet<Function> {
        self.reached_from(self.roots.iter().copied())
    }

    /// Everything that the entries of `split` reach without entering a split.
    pub(crate) fn reached_by(&self, split: &str) -> BTreeSet<Function> {
        let of_split = |marks: &Vec<String>| marks.iter().any(|mark| mark == split);
        let entries = self.entries.iter().filter(|(_, marks)| of_split(marks));
        self.reached_from(entries.map(|(&entry, _)| entry))
    }

    fn reached_from(&self, start: impl Iterator<Item = Function>) -> BTreeSet<Function> {
        let mut open: Vec<Node> = start.map(Node::Function).collect();
        let mut seen: BTreeSet<Node> = open.iter().copied().collect();
        while let Some(node) = open.pop() {
            for (to, reference) in self.references(node) {
                let enters = matches!(to, Node::Function(to) if self.entries.contains_key(&to));
                if !(enters && reference == Reference::Address) && seen.insert(to) {
                    open.push(to);
                }
            }
        }
        let functions = seen.into_iter().filter_map(|node| match node {
            Node::Function(function) => Some(function),
            Node::Data(_) => None,
        });
        functions.collect()
    }

    /// The functions that `entry` is called from directly: there should be none.
    pub(crate) fn callers(&self, entry: Function) -> Vec<String> {
        let calls = |from: &Node| {
            self.references(*from)
                .any(|(to, reference)| to == Node::Function(entry) && reference == Reference::Call)
        };
        let callers = self.edges.keys().filter(|from| calls(from));
        callers.map(|from| format!("{from:?}")).collect()
    }

    /// Whether all of the function's names speak of one of the crates. One name proves nothing: the linker keeps the
    /// names of all functions that were merged into one. Demangled they lack the crate in which a generic function
    /// happened to be compiled first.
    pub(crate) fn is_of(&self, function: Function, crates: &[&str]) -> bool {
        let names = self.names.get(&function).map_or(&[][..], Vec::as_slice);
        let speaks = |name: &String| {
            let name = rustc_demangle::demangle(name).to_string();
            crates.iter().any(|krate| name.contains(krate))
        };
        !names.is_empty() && names.iter().all(speaks)
    }

    pub(crate) fn name(&self, function: Function) -> String {
        self.names
            .get(&function)
            .map_or_else(|| format!("{function:?}"), |names| names.join(" = "))
    }

    /// Bytes of code.
    pub(crate) fn size(&self, functions: &BTreeSet<Function>) -> u64 {
        let bodies = functions
            .iter()
            .filter_map(|function| self.bodies.get(function));
        bodies.map(|range| range.end - range.start).sum()
    }

    pub(crate) fn functions(&self) -> BTreeSet<Function> {
        self.bodies.keys().copied().collect()
    }

    pub(crate) fn all_names(&self) -> impl Iterator<Item = &str> {
        self.names.values().flatten().map(String::as_str)
    }
}

/// Where in the file each function and each data symbol is.
fn owners(program: &Program, sections: &Sections) -> Vec<(Range<u64>, Node)> {
    let bodies = program
        .bodies
        .iter()
        .map(|(&function, range)| (range.clone(), Node::Function(function)));
    let data = sections
        .symbols
        .iter()
        .enumerate()
        .filter_map(|(index, symbol)| {
            let SymbolInfo::Data {
                symbol: Some(place),
                ..
            } = symbol
            else {
                return None;
            };
            let start =
                sections.segments.get(place.index as usize)?.start + u64::from(place.offset);
            Some((
                start..start + u64::from(place.size),
                Node::Data(Data(index as u32)),
            ))
        });
    bodies.chain(data).collect()
}

fn is_address_of_function(ty: RelocationType) -> bool {
    use RelocationType::*;
    matches!(
        ty,
        TableIndexSleb | TableIndexI32 | TableIndexRelSleb | TableIndexSleb64 | TableIndexI64
    )
}
