//! Reads a linked module with relocations: syntax only, nothing is decided here.
//!
//! Every index and range that later phases follow without a check is checked here.

mod data;
mod decode;
mod error;
mod references;
mod relocations;
mod sections;
mod supported;

use std::ops::Range;

use wasmparser::{FuncType, GlobalType, MemoryType, TableType};

use crate::ids::{Func, Interval, Slot, Type};
pub use error::ReadError;

pub(crate) use data::{DataMap, Segment};
pub(crate) use references::{Reference, ReferenceKind};

/// A linked module. Borrows the input; nothing of it is copied but indices.
#[derive(Debug)]
pub(crate) struct InputModule<'a> {
    /// All function types.
    pub(crate) types: Vec<FuncType>,
    /// All imports, in order.
    pub(crate) imports: Vec<Import<'a>>,
    /// All functions: the imported ones, then the defined ones.
    pub(crate) functions: Vec<Function<'a>>,
    /// How many of the functions are imported.
    pub(crate) imported_functions: usize,
    /// The function table, if the module defines one.
    pub(crate) table: Option<TableType>,
    /// Memories that the module defines.
    pub(crate) memories: Vec<MemoryType>,
    /// All globals: the imported ones, then the defined ones.
    pub(crate) globals: Vec<Global<'a>>,
    /// Types of all tags: the imported ones, then the defined ones.
    pub(crate) tags: Vec<Type>,
    /// How many of the tags are imported.
    pub(crate) imported_tags: usize,
    /// All exports, in order.
    pub(crate) exports: Vec<Export<'a>>,
    /// The start function.
    pub(crate) start: Option<Func>,
    /// What each slot of the table holds.
    pub(crate) slots: Vec<Option<Func>>,
    /// Functions in the table whose address is taken in no way that relocations tell.
    pub(crate) implicitly_referenced: Vec<Func>,
    /// Data segments and the intervals that their symbols form.
    pub(crate) data: DataMap<'a>,
    /// Custom sections that are carried over to main.
    pub(crate) customs: Vec<Custom<'a>>,
    /// Names from the name section.
    pub(crate) names: Names<'a>,
    /// Places in code that refer to something, sorted; each function knows its range.
    pub(crate) code_references: Vec<Reference>,
    /// Places in data that refer to something, each with the interval that it lies in, sorted.
    pub(crate) data_references: Vec<(Option<Interval>, Reference)>,
    /// Whether debug information was there; it is not carried over.
    pub(crate) has_debug_info: bool,
}

/// An import.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Import<'a> {
    /// From which module.
    pub(crate) module: &'a str,
    /// Under which name.
    pub(crate) name: &'a str,
    /// What it is.
    pub(crate) ty: wasmparser::TypeRef,
}

/// A function.
#[derive(Clone, Debug)]
pub(crate) struct Function<'a> {
    /// Its type.
    pub(crate) ty: Type,
    /// Its locals and instructions; empty for an import.
    pub(crate) body: &'a [u8],
    /// Its part of [`InputModule::code_references`], whose offsets count from the start of the body.
    pub(crate) references: Range<usize>,
}

/// A global.
#[derive(Clone, Debug)]
pub(crate) struct Global<'a> {
    /// Its type.
    pub(crate) ty: GlobalType,
    /// The initial value; `None` for an import.
    pub(crate) init: Option<wasmparser::ConstExpr<'a>>,
}

/// An export.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Export<'a> {
    /// Under which name.
    pub(crate) name: &'a str,
    /// What kind of item.
    pub(crate) kind: wasmparser::ExternalKind,
    /// Its index.
    pub(crate) index: u32,
}

/// A custom section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Custom<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// What it holds.
    pub(crate) bytes: &'a [u8],
}

/// What the name section says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names<'a> {
    /// Of functions, by index.
    pub(crate) functions: Vec<Option<&'a str>>,
    /// Of globals.
    pub(crate) globals: Vec<(u32, &'a str)>,
}

impl<'a> InputModule<'a> {
    /// Reads a module.
    ///
    /// # Errors
    /// When the bytes are not a module, not one that the linker left relocations in, or use something that a linked
    /// Rust program does not.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let raw = sections::read(bytes)?;
        relocations::resolve(raw)
    }

    /// The memory, defined or imported.
    pub(crate) fn memory(&self) -> Option<MemoryType> {
        let imported = self.imports.iter().find_map(|import| match import.ty {
            wasmparser::TypeRef::Memory(memory) => Some(memory),
            _ => None,
        });
        imported.or_else(|| self.memories.first().copied())
    }

    /// Whether threads share the memory, each with an instance and a table of its own.
    pub(crate) fn is_shared(&self) -> bool {
        self.memory().is_some_and(|memory| memory.shared)
    }

    /// A function.
    pub(crate) fn function(&self, func: Func) -> &Function<'a> {
        &self.functions[func.at()]
    }

    /// The places in a function's body that refer to something.
    pub(crate) fn references(&self, func: Func) -> &[Reference] {
        &self.code_references[self.function(func).references.clone()]
    }

    /// Whether a function is imported.
    pub(crate) fn is_import(&self, func: Func) -> bool {
        func.at() < self.imported_functions
    }

    /// What a slot holds.
    pub(crate) fn in_slot(&self, slot: Slot) -> Option<Func> {
        self.slots.get(slot.at()).copied().flatten()
    }

    /// The imported functions with their imports.
    pub(crate) fn function_imports(&self) -> impl Iterator<Item = (Func, &Import<'a>)> {
        self.imports
            .iter()
            .filter(|import| matches!(import.ty, wasmparser::TypeRef::Func(_)))
            .enumerate()
            .map(|(position, import)| (Func::from_position(position), import))
    }

    /// A function's name, readable, for messages.
    pub(crate) fn name_of(&self, func: Func) -> String {
        match self.names.functions.get(func.at()).copied().flatten() {
            Some(name) => format!("`{:#}`", rustc_demangle::demangle(name)),
            None => format!("function {}", func.0),
        }
    }
}
