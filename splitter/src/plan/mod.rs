//! Numbers what the partition decided: slots, imports and exports, types. Frozen before any byte is written.
//!
//! A reference that leaves its module goes one of two ways:
//!
//! ```text
//!   chunk ─▶ main                     an import from main's exports: `m` `$4f`
//!   any   ─▶ another chunk            through the table: i32.const SLOT, call_indirect
//!   chunk ─▶ what wasm-bindgen makes  an import of a wrapper in main, which calls it directly
//!
//! The functions of main are numbered: imports, functions of the input, wrappers, trampolines, stubs, allocator.
//! ```

mod gap;
mod given;
mod module;
mod slots;
mod stubs;
#[cfg(test)]
mod tests;

use std::fmt;

use rayon::prelude::*;
use wasmparser::{FuncType, ValType};

use crate::graph::SplitError;
use crate::graph::{Intrinsic, NodeKind, SymbolGraph};
use crate::ids::{ChunkId, Func, Global, Interval, ModuleId, Node, Slot, Tag, Type};
use crate::partition::Partition;
use crate::read::InputModule;

pub(crate) use gap::Gap;
pub(crate) use given::Given;
pub(crate) use module::ModulePlan;
pub(crate) use stubs::Stubs;

/// Everything that the emitters need to know beyond the input.
#[derive(Debug)]
pub(crate) struct LinkPlan<'a> {
    /// What is planned for.
    pub(crate) input: &'a InputModule<'a>,
    /// Meaning of our imports.
    pub(crate) intrinsics: &'a [Option<Intrinsic>],
    /// The types of the input, and those that the plan needs besides.
    pub(crate) types: Vec<FuncType>,
    /// `() -> ()`.
    pub(crate) void_type: Type,
    /// `(i32) -> ()`: of entries.
    pub(crate) entry_type: Type,
    /// What each slot of the table holds in the end; the linker's slots first.
    pub(crate) slots: Vec<Option<Func>>,
    /// The modules, in the order of [`ModuleId::all`].
    pub(crate) modules: Vec<ModulePlan>,
    /// What main exports for chunks.
    pub(crate) exports: Exports,
    /// What main's table holds in the slots of chunks, where threads share the memory.
    pub(crate) stubs: Option<Stubs>,
    /// How a new thread finds its stack, where threads share the memory.
    pub(crate) given: Option<Given>,
    /// For each split its index in the manifest.
    pub(crate) handles: Vec<u32>,
    locations: Vec<Location>,
    slot_of: Vec<Option<Slot>>,
}

/// What main exports for chunks; the position gives the name.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    /// What their names begin with; no other export's name does.
    prefix: String,
    /// Functions of main, and imports; ascending.
    pub(crate) functions: Vec<Func>,
    /// Those of them that need a wrapper; ascending.
    pub(crate) wrapped: Vec<Func>,
    /// Globals; ascending.
    pub(crate) globals: Vec<Global>,
    /// Tags; ascending.
    pub(crate) tags: Vec<Tag>,
}

/// Where a function is defined.
#[derive(Clone, Copy, Debug)]
struct Location {
    module: Option<ModuleId>,
    /// Position among the functions that the module defines.
    position: u32,
}

/// How a module calls a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callee<'a> {
    /// By its index in the module.
    Direct(u32),
    /// Through the table.
    Slot(Slot, Type),
    /// It is an intrinsic, which is replaced.
    Intrinsic(&'a Intrinsic),
}

impl<'a> LinkPlan<'a> {
    /// Plans all modules.
    ///
    /// # Errors
    /// When an intrinsic is used other than by a call, or an export has a name that chunks need.
    pub(crate) fn new(
        input: &'a InputModule<'a>,
        graph: &'a SymbolGraph,
        partition: &Partition,
    ) -> Result<Self, SplitError> {
        slots::check_intrinsics(input, &graph.intrinsics)?;
        if !partition.chunks.is_empty() {
            module::check_exports(input)?;
        }
        let mut types = input.types.clone();
        let void_type = find_or_add(&mut types, FuncType::new([], []));
        let entry_type = find_or_add(&mut types, FuncType::new([ValType::I32], []));
        let (locations, modules) = contents(graph, partition);
        let mut plan = LinkPlan {
            input,
            intrinsics: &graph.intrinsics,
            types,
            void_type,
            entry_type,
            slots: Vec::new(),
            modules: Vec::new(),
            exports: Exports::default(),
            stubs: None,
            given: given::new(input),
            handles: (0..graph.splits.len() as u32).collect(),
            locations,
            slot_of: Vec::new(),
        };
        slots::number(&mut plan, &modules);
        plan.stubs = stubs::new(&mut plan)?;
        let needs: Vec<_> = modules
            .par_iter()
            .map(|m| module::needs(&plan, m))
            .collect();
        plan.exports = module::exports(&plan, graph, &needs);
        plan.modules = modules
            .into_par_iter()
            .zip(needs)
            .map(|(contents, needs)| ModulePlan::new(&plan, contents, needs))
            .collect();
        Ok(plan)
    }

    /// The plan of main.
    pub(crate) fn main(&self) -> &ModulePlan {
        &self.modules[ModuleId::Main.at()]
    }

    /// The plans of the chunks, in their order.
    pub(crate) fn chunks(&self) -> &[ModulePlan] {
        &self.modules[ModuleId::Chunk(ChunkId::from_position(0)).at()..]
    }

    /// The module that defines a function; imports are main's, what nothing reaches is nobody's.
    pub(crate) fn module_of(&self, func: Func) -> Option<ModuleId> {
        self.locations[func.at()].module
    }

    /// A slot that holds the function, if there is one.
    pub(crate) fn slot_of(&self, func: Func) -> Option<Slot> {
        self.slot_of[func.at()]
    }

    /// How a module calls a function.
    pub(crate) fn callee(&self, from: &ModulePlan, func: Func) -> Result<Callee<'a>, Gap> {
        if let Some(Some(intrinsics)) = self.intrinsics.get(func.at()) {
            return Ok(Callee::Intrinsic(intrinsics));
        }
        let gap = |what: &str| Gap::new(format!("{what} of {}", self.input.name_of(func)));
        let location = self.locations[func.at()];
        match location.module.ok_or_else(|| gap("the module"))? {
            module if module == from.module && !self.input.is_import(func) => Ok(Callee::Direct(
                from.imported.len() as u32 + location.position,
            )),
            ModuleId::Main => {
                let position = from.imported.binary_search(&func);
                let position = position.map_err(|_| gap("the import"))?;
                Ok(Callee::Direct(position as u32))
            }
            _ => Ok(Callee::Slot(
                self.slot_of(func).ok_or_else(|| gap("the slot"))?,
                self.input.function(func).ty,
            )),
        }
    }

    /// The index of a function in main.
    pub(crate) fn index_in_main(&self, func: Func) -> Result<u32, Gap> {
        self.index_in(self.main(), func)
    }

    /// The index of a function in a module that defines or imports it.
    pub(crate) fn index_in(&self, module: &ModulePlan, func: Func) -> Result<u32, Gap> {
        match self.callee(module, func)? {
            Callee::Direct(index) => Ok(index),
            _ => {
                let name = self.input.name_of(func);
                Err(Gap::new(format!("an index of {name} in that module")))
            }
        }
    }
}

/// What a module holds.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) module: ModuleId,
    pub(crate) functions: Vec<Func>,
    pub(crate) intervals: Vec<Interval>,
}

/// Lists each module's functions and intervals in input order, and where each function is to be found.
fn contents(graph: &SymbolGraph, partition: &Partition) -> (Vec<Location>, Vec<Contents>) {
    let mut locations = Vec::new();
    let mut modules: Vec<Contents> = partition
        .modules()
        .map(|module| Contents {
            module,
            functions: Vec::new(),
            intervals: Vec::new(),
        })
        .collect();
    for node in (0..graph.len()).map(Node::from_position) {
        let module = partition.module_of(node);
        match graph.kind(node) {
            NodeKind::Func(func) => {
                let is_import = func.at() < graph.intrinsics.len();
                let module = if is_import {
                    Some(ModuleId::Main)
                } else {
                    module
                };
                let mut position = 0;
                if let (Some(module), false) = (module, is_import) {
                    position = modules[module.at()].functions.len() as u32;
                    modules[module.at()].functions.push(func);
                }
                locations.push(Location { module, position });
            }
            NodeKind::Data(interval) => {
                if let Some(module) = module {
                    modules[module.at()].intervals.push(interval);
                }
            }
        }
    }
    (locations, modules)
}

fn find_or_add(types: &mut Vec<FuncType>, wanted: FuncType) -> Type {
    let position = types
        .iter()
        .position(|ty| *ty == wanted)
        .unwrap_or_else(|| {
            types.push(wanted);
            types.len() - 1
        });
    Type::from_position(position)
}

impl Exports {
    /// Under which name main exports a function for chunks.
    pub(crate) fn function_name(&self, func: Func) -> Result<String, Gap> {
        let position = found(&self.functions, func, "the export of function")?;
        Ok(format!("{}{}", self.prefix, Base36(position)))
    }

    /// Under which name main exports a global for chunks.
    pub(crate) fn global_name(&self, global: Global) -> Result<String, Gap> {
        let position = found(&self.globals, global, "the export of global")?;
        Ok(format!("{}_g{}", self.prefix, Base36(position)))
    }

    /// Under which name main exports a tag for chunks.
    pub(crate) fn tag_name(&self, tag: Tag) -> Result<String, Gap> {
        let position = found(&self.tags, tag, "the export of tag")?;
        Ok(format!("{}_t{}", self.prefix, Base36(position)))
    }
}

/// The position of something in an ascending list.
fn found<T: Ord + fmt::Debug>(list: &[T], wanted: T, what: &str) -> Result<usize, Gap> {
    let position = list.binary_search(&wanted);
    position.map_err(|_| Gap::new(format!("{what} {wanted:?}")))
}

/// Short names: digits and small letters.
struct Base36(usize);

impl fmt::Display for Base36 {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if self.0 >= 36 {
            Base36(self.0 / 36).fmt(f)?;
        }
        let digit = char::from_digit((self.0 % 36) as u32, 36);
        write!(f, "{}", digit.unwrap_or('0'))
    }
}
