//! Reads a linked module with relocations: syntax only, nothing is decided here.
//!
//! Every index and range that later phases follow without a check is checked here.

mod data;
mod decode;
mod leb;
mod relocations;
mod sections;
mod sites;
mod supported;

use std::ops::Range;

use wasmparser::{FuncType, GlobalType, MemoryType, TableType};

use crate::error::ReadError;
use crate::ids::{Func, Interval, Slot, Type};

pub use data::{DataMap, Segment};
pub use sites::{SegmentCopy, Site, SiteKind};

pub(crate) use leb::{write_signed, write_unsigned};

/// A linked module. Borrows the input; nothing of it is copied but indices.
#[derive(Debug)]
pub struct InputModule<'a> {
    /// All function types.
    pub types: Vec<FuncType>,
    /// All imports, in order.
    pub imports: Vec<Import<'a>>,
    /// All functions: the imported ones, then the defined ones.
    pub functions: Vec<Function<'a>>,
    /// How many of the functions are imported.
    pub imported_functions: usize,
    /// The function table, if the module defines one.
    pub table: Option<TableType>,
    /// Memories that the module defines.
    pub memories: Vec<MemoryType>,
    /// All globals: the imported ones, then the defined ones.
    pub globals: Vec<Global<'a>>,
    /// Types of all tags: the imported ones, then the defined ones.
    pub tags: Vec<Type>,
    /// How many of the tags are imported.
    pub imported_tags: usize,
    /// All exports, in order.
    pub exports: Vec<Export<'a>>,
    /// The start function.
    pub start: Option<Func>,
    /// What each slot of the table holds.
    pub slots: Vec<Option<Func>>,
    /// Functions in the table whose address is taken in no way that relocations tell.
    pub untaken: Vec<Func>,
    /// Data segments and the intervals that their symbols form.
    pub data: DataMap<'a>,
    /// Custom sections that are carried over to main.
    pub customs: Vec<Custom<'a>>,
    /// Names from the name section.
    pub names: Names<'a>,
    /// Places in code that refer to something, sorted; each function knows its range.
    pub code_sites: Vec<Site>,
    /// Places in data that refer to something, each with the interval that it lies in, sorted.
    pub data_sites: Vec<(Option<Interval>, Site)>,
    /// Whether debug information was there; it is not carried over.
    pub has_debug_info: bool,
}

/// An import.
#[derive(Clone, Copy, Debug)]
pub struct Import<'a> {
    /// From which module.
    pub module: &'a str,
    /// Under which name.
    pub name: &'a str,
    /// What it is.
    pub ty: wasmparser::TypeRef,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function<'a> {
    /// Its type.
    pub ty: Type,
    /// Its locals and instructions; empty for an import.
    pub body: &'a [u8],
    /// Its part of [`InputModule::code_sites`], whose offsets count from the start of the body.
    pub sites: Range<usize>,
}

/// A global.
#[derive(Clone, Debug)]
pub struct Global<'a> {
    /// Its type.
    pub ty: GlobalType,
    /// The initial value; `None` for an import.
    pub init: Option<wasmparser::ConstExpr<'a>>,
}

/// An export.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// Under which name.
    pub name: &'a str,
    /// What kind of item.
    pub kind: wasmparser::ExternalKind,
    /// Its index.
    pub index: u32,
}

/// A custom section.
#[derive(Clone, Copy, Debug)]
pub struct Custom<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// What the name section says.
#[derive(Clone, Debug, Default)]
pub struct Names<'a> {
    /// Of functions, by index.
    pub functions: Vec<Option<&'a str>>,
    /// Of globals.
    pub globals: Vec<(u32, &'a str)>,
}

impl<'a> InputModule<'a> {
    /// Reads a module.
    ///
    /// # Errors
    /// When the bytes are not a module, not one that the linker left relocations in, or use something that a linked
    /// Rust program does not.
    pub fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let raw = sections::read(bytes)?;
        relocations::resolve(raw)
    }

    /// The memory, defined or imported.
    pub fn memory(&self) -> Option<MemoryType> {
        let imported = self.imports.iter().find_map(|import| match import.ty {
            wasmparser::TypeRef::Memory(memory) => Some(memory),
            _ => None,
        });
        imported.or_else(|| self.memories.first().copied())
    }

    /// Whether threads share the memory, each with an instance and a table of its own.
    pub fn is_shared(&self) -> bool {
        self.memory().is_some_and(|memory| memory.shared)
    }

    /// A function.
    pub fn function(&self, func: Func) -> &Function<'a> {
        &self.functions[func.at()]
    }

    /// The places in a function's body that refer to something.
    pub fn sites(&self, func: Func) -> &[Site] {
        &self.code_sites[self.function(func).sites.clone()]
    }

    /// The names of the exported functions.
    pub fn exported_functions(&self) -> impl Iterator<Item = &'a str> {
        let functions = self.exports.iter();
        functions
            .filter(|export| export.kind == wasmparser::ExternalKind::Func)
            .map(|export| export.name)
    }

    /// Whether a function is imported.
    pub fn is_import(&self, func: Func) -> bool {
        func.at() < self.imported_functions
    }

    /// What a slot holds.
    pub fn in_slot(&self, slot: Slot) -> Option<Func> {
        self.slots.get(slot.at()).copied().flatten()
    }

    /// The imported functions with their imports.
    pub fn function_imports(&self) -> impl Iterator<Item = (Func, &Import<'a>)> {
        self.imports
            .iter()
            .filter(|import| matches!(import.ty, wasmparser::TypeRef::Func(_)))
            .enumerate()
            .map(|(position, import)| (Func::from_position(position), import))
    }

    /// A function's name, readable, for messages.
    pub fn name_of(&self, func: Func) -> String {
        match self.names.functions.get(func.at()).copied().flatten() {
            Some(name) => format!("`{:#}`", rustc_demangle::demangle(name)),
            None => format!("function {}", func.0),
        }
    }
}
