//! A linked program of seven functions, with relocations, whose parts a test can replace: two splits, what both share,
//! and the two exports of main that call them.

use std::borrow::Cow;

use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataCountSection, DataSection, ElementSection, Elements,
    Encode, EntityType, ExportKind, ExportSection, FunctionSection, GlobalSection, ImportSection,
    MemorySection, MemoryType, Module, NameMap, NameSection, RefType, TableSection, TableType,
    TypeSection, ValType,
};

/// The parts. Functions: the imports `call`, `a` and `b`, then `shared`, the entries of `a` and `b`, the two exports
/// that call them, and two that wasm-bindgen looks for.
#[derive(Debug)]
pub struct Small {
    /// `() -> ()`, `(i32) -> ()`, `(i32, i32) -> ()`, `() -> i32`.
    pub types: TypeSection,
    /// The functions, and what a test adds.
    pub imports: ImportSection,
    /// Of three slots; the entries are in 1 and 2.
    pub table: Option<TableSection>,
    /// One.
    pub memories: MemorySection,
    /// None.
    pub globals: GlobalSection,
    /// `run0`, `run1`, and what wasm-bindgen looks for.
    pub exports: ExportSection,
    /// What the memory is exported as.
    pub memory: &'static str,
    /// Of the functions that are no imports.
    pub bodies: [Body; 7],
    /// Of one page of memory, if there is any.
    pub data: Option<Vec<u8>>,
    /// Whether the names of functions come before these.
    pub early_names: bool,
}

/// Locals and instructions, with relocations.
#[derive(Clone, Debug, Default)]
pub struct Body {
    bytes: Vec<u8>,
    /// Offset, kind, and the symbol.
    relocations: Vec<(u32, u8, u32)>,
}

/// `shared`.
pub const SHARED: usize = 0;
/// The function index of `shared`.
pub const SHARED_INDEX: u32 = 3;

const IMPORTED: u32 = 3;
const NAMES: [&str; 10] = [
    "call", "mark_a", "mark_b", "shared", "enter_a", "enter_b", "run0", "run1", "alloc", "dealloc",
];
/// The types of what is defined.
const TYPES: [u32; 7] = [3, 1, 1, 3, 3, 3, 1];

impl Body {
    /// A body without locals.
    pub fn new() -> Self {
        Body::default().raw(&[0])
    }

    /// Adds bytes as they are.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Adds a `call`.
    pub fn call(self, function: u32) -> Self {
        self.raw(&[0x10]).number(0, function, function)
    }

    /// Adds a `ref.func`.
    pub fn ref_func(self, function: u32) -> Self {
        self.raw(&[0xd2]).number(0, function, function)
    }

    /// Adds an `i32.const` of a slot.
    fn slot(self, slot: u32, function: u32) -> Self {
        self.raw(&[0x41]).number(1, slot, function)
    }

    /// Adds a number as linkers pad it, with a relocation.
    fn number(mut self, kind: u8, value: u32, symbol: u32) -> Self {
        let offset = self.bytes.len() as u32;
        self.relocations.push((offset, kind, symbol));
        let low = (0..4).map(|part| (value >> (7 * part)) as u8 & 0x7f | 0x80);
        self.bytes.extend(low);
        self.bytes.push((value >> 28) as u8);
        self
    }

    fn end(self) -> Self {
        self.raw(&[0x0b])
    }

    /// `() -> i32`
    fn constant(value: u8) -> Self {
        Body::new().raw(&[0x41, value]).end()
    }

    /// `(frame: i32)`: writes what `shared` returns into the frame.
    fn enter(marker: u32) -> Self {
        let body = Body::new().call(marker).raw(&[0x20, 0]);
        body.call(SHARED_INDEX).raw(&[0x36, 2, 0]).end()
    }

    /// `() -> i32`: calls the entry of a slot with the frame at 8.
    fn run(slot: u32) -> Self {
        let body = Body::new().raw(&[0x41, 8]).slot(slot, IMPORTED + slot);
        body.call(0).raw(&[0x41, 8, 0x28, 2, 0]).end()
    }
}

impl Default for Small {
    fn default() -> Self {
        let mut small = Small {
            types: TypeSection::new(),
            imports: ImportSection::new(),
            table: Some(TableSection::new()),
            memories: MemorySection::new(),
            globals: GlobalSection::new(),
            exports: ExportSection::new(),
            memory: "memory",
            bodies: [
                Body::constant(42),
                Body::enter(1),
                Body::enter(2),
                Body::run(1),
                Body::run(2),
                Body::constant(0),
                Body::new().end(),
            ],
            data: None,
            early_names: false,
        };
        let (i32, none) = (ValType::I32, [ValType::I32; 0]);
        small.types.ty().function(none, none);
        small.types.ty().function([i32], none);
        small.types.ty().function([i32, i32], none);
        small.types.ty().function(none, [i32]);
        for (module, name, ty) in [
            ("cleave1:runtime", "call", 2),
            ("cleave1:split", "a", 0),
            ("cleave1:split", "b", 0),
        ] {
            small.imports.import(module, name, EntityType::Function(ty));
        }
        if let Some(table) = &mut small.table {
            table.table(Small::TABLE);
        }
        small.memories.memory(Small::MEMORY);
        for (name, function) in [
            ("run0", 6),
            ("run1", 7),
            ("__externref_table_alloc", 8),
            ("__externref_table_dealloc", 9),
        ] {
            small.exports.export(name, ExportKind::Func, function);
        }
        small
    }
}

impl Small {
    /// The type of the table.
    pub const TABLE: TableType = TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 3,
        maximum: Some(3),
        shared: false,
    };

    /// The type of the memory.
    pub const MEMORY: MemoryType = MemoryType {
        minimum: 20,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };

    /// The module.
    pub fn finish(mut self) -> Vec<u8> {
        let mut module = Module::new();
        module.section(&self.types).section(&self.imports);
        if self.early_names {
            module.section(&names());
        }
        let mut functions = FunctionSection::new();
        for ty in TYPES {
            functions.function(ty);
        }
        module.section(&functions);
        let mut sections = 3 + u32::from(self.early_names);
        if let Some(table) = &self.table {
            module.section(table);
            sections += 1;
        }
        self.exports.export(self.memory, ExportKind::Memory, 0);
        let mut elements = ElementSection::new();
        let entries = Elements::Functions(Cow::Borrowed(&[IMPORTED + 1, IMPORTED + 2]));
        elements.active(None, &ConstExpr::i32_const(1), entries);
        module.section(&self.memories).section(&self.globals);
        module.section(&self.exports).section(&elements);
        if self.data.is_some() {
            module.section(&DataCountSection { count: 1 });
            sections += 1;
        }
        let (code, relocations) = self.code(sections + 4);
        module.section(&code);
        if let Some(bytes) = &self.data {
            let mut data = DataSection::new();
            data.active(0, &ConstExpr::i32_const(1024), bytes.iter().copied());
            module.section(&data);
        }
        for (name, bytes) in [
            ("__wasm_bindgen_unstable", program()),
            ("linking", linking()),
            ("reloc.CODE", relocations),
        ] {
            module.section(&CustomSection {
                name: name.into(),
                data: bytes.into(),
            });
        }
        if !self.early_names {
            module.section(&names());
        }
        module.finish()
    }

    /// The code section, and the relocations of it as the section of an index.
    fn code(&self, index: u32) -> (CodeSection, Vec<u8>) {
        let mut code = CodeSection::new();
        let mut entries: Vec<(u32, u8, u32)> = Vec::new();
        // The number of bodies.
        let mut offset = 1;
        for body in &self.bodies {
            code.raw(&body.bytes);
            // Its length, which is below 128.
            offset += 1;
            let relocations = body.relocations.iter();
            entries.extend(relocations.map(|(at, kind, symbol)| (offset + at, *kind, *symbol)));
            offset += body.bytes.len() as u32;
        }
        let mut bytes = Vec::new();
        index.encode(&mut bytes);
        entries.len().encode(&mut bytes);
        for (offset, kind, symbol) in entries {
            bytes.push(kind);
            offset.encode(&mut bytes);
            symbol.encode(&mut bytes);
        }
        (code, bytes)
    }
}

fn names() -> NameSection {
    let mut map = NameMap::new();
    for (index, name) in (0..).zip(NAMES) {
        map.append(index, name);
    }
    let mut section = NameSection::new();
    section.functions(&map);
    section
}

/// A symbol for each function.
fn linking() -> Vec<u8> {
    /// That it is an import.
    const UNDEFINED: u8 = 0x10;
    let mut symbols = vec![NAMES.len() as u8];
    for (index, name) in (0..).zip(NAMES) {
        if u32::from(index) < IMPORTED {
            symbols.extend([0, UNDEFINED, index]);
        } else {
            symbols.extend([0, 0, index]);
            name.encode(&mut symbols);
        }
    }
    // The version, and the symbol table.
    let mut bytes = vec![2, 8];
    symbols.encode(&mut bytes);
    bytes
}

/// What wasm-bindgen's macros would write for a program without exports, imports and all the rest.
fn program() -> Vec<u8> {
    let version = wasm_bindgen_shared::SCHEMA_VERSION;
    let json = format!("{{\"schema_version\":\"{version}\",\"version\":\"{version}\"}}");
    // Eleven empty lists, strings and options.
    let empty = [0; 11];
    let mut bytes = Vec::new();
    for blob in [json.as_bytes(), &empty] {
        bytes.extend_from_slice(&(blob.len() as u32).to_le_bytes());
        bytes.extend_from_slice(blob);
    }
    bytes
}
