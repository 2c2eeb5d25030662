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

mod given;
mod module;
mod slots;
mod stubs;

use rayon::prelude::*;
use wasmparser::{FuncType, ValType};

use crate::error::SplitError;
use crate::graph::{Magic, NodeKind, SymbolGraph};
use crate::ids::{Func, Global, Interval, Module, Node, Slot, Tag, Type};
use crate::partition::Partition;
use crate::read::InputModule;

pub use given::Given;
pub use module::ModulePlan;
pub use stubs::Stubs;

/// Everything that the emitters need to know beyond the input.
#[derive(Debug)]
pub struct LinkPlan<'a> {
    /// What is planned for.
    pub input: &'a InputModule<'a>,
    /// Meaning of our imports.
    pub magic: &'a [Option<Magic>],
    /// The types of the input, and those that the plan needs besides.
    pub types: Vec<FuncType>,
    /// `() -> ()`.
    pub nothing_type: Type,
    /// `(i32) -> ()`: of entries.
    pub entry_type: Type,
    /// What each slot of the table holds in the end; the linker's slots first.
    pub slots: Vec<Option<Func>>,
    /// The modules, main first.
    pub modules: Vec<ModulePlan>,
    /// What main exports for chunks.
    pub exports: Exports,
    /// What main's table holds in the slots of chunks, where threads share the memory.
    pub stubs: Option<Stubs>,
    /// How a new thread finds its stack, where threads share the memory.
    pub given: Option<Given>,
    /// For each split its index in the manifest.
    pub handles: Vec<u32>,
    homes: Vec<Home>,
    slot_of: Vec<Option<Slot>>,
}

/// What main exports for chunks; the position gives the name.
#[derive(Debug, Default)]
pub struct Exports {
    /// What their names begin with; no other export's name does.
    prefix: String,
    /// Functions of main, and imports; ascending.
    pub functions: Vec<Func>,
    /// Those of them that need a wrapper; ascending.
    pub wrapped: Vec<Func>,
    /// Globals; ascending.
    pub globals: Vec<Global>,
    /// Tags; ascending.
    pub tags: Vec<Tag>,
}

/// Where a function is defined.
#[derive(Clone, Copy, Debug)]
struct Home {
    module: Option<Module>,
    /// Position among the functions that the module defines.
    position: u32,
}

/// How a module calls a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee<'a> {
    /// By its index in the module.
    Direct(u32),
    /// Through the table.
    Slot(Slot, Type),
    /// It is an import of ours, which is replaced.
    Magic(&'a Magic),
}

impl<'a> LinkPlan<'a> {
    /// Plans all modules.
    ///
    /// # Errors
    /// When an import of ours is used other than by a call, or an export has a name that chunks need.
    pub fn new(
        input: &'a InputModule<'a>,
        graph: &'a SymbolGraph,
        partition: &Partition,
    ) -> Result<Self, SplitError> {
        slots::check_magic(input, &graph.magic)?;
        if !partition.chunks.is_empty() {
            module::check_exports(input)?;
        }
        let mut types = input.types.clone();
        let nothing_type = find_or_add(&mut types, FuncType::new([], []));
        let entry_type = find_or_add(&mut types, FuncType::new([ValType::I32], []));
        let (homes, modules) = settle(graph, partition);
        let mut plan = LinkPlan {
            input,
            magic: &graph.magic,
            types,
            nothing_type,
            entry_type,
            slots: Vec::new(),
            modules: Vec::new(),
            exports: Exports::default(),
            stubs: None,
            given: given::new(input),
            handles: (0..graph.splits.len() as u32).collect(),
            homes,
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

    /// The module that defines a function; imports are main's, what nothing reaches is nobody's.
    pub fn home_of(&self, func: Func) -> Option<Module> {
        self.homes[func.at()].module
    }

    /// A slot that holds the function, if there is one.
    pub fn slot_of(&self, func: Func) -> Option<Slot> {
        self.slot_of[func.at()]
    }

    /// How a module calls a function; `None` only if the plan has a gap.
    pub fn callee(&self, from: &ModulePlan, func: Func) -> Option<Callee<'a>> {
        if let Some(Some(magic)) = self.magic.get(func.at()) {
            return Some(Callee::Magic(magic));
        }
        let home = self.homes[func.at()];
        match home.module? {
            module if module == from.module && !self.input.is_import(func) => {
                Some(Callee::Direct(from.imported.len() as u32 + home.position))
            }
            Module::MAIN => {
                let position = from.imported.binary_search(&func).ok()?;
                Some(Callee::Direct(position as u32))
            }
            _ => Some(Callee::Slot(
                self.slot_of(func)?,
                self.input.function(func).ty,
            )),
        }
    }

    /// The index of a function in main.
    pub fn index_in_main(&self, func: Func) -> Option<u32> {
        match self.callee(&self.modules[0], func)? {
            Callee::Direct(index) => Some(index),
            _ => None,
        }
    }
}

/// What a module holds.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) module: Module,
    pub(crate) functions: Vec<Func>,
    pub(crate) intervals: Vec<Interval>,
}

/// Lists each module's functions and intervals in input order, and where each function is to be found.
fn settle(graph: &SymbolGraph, partition: &Partition) -> (Vec<Home>, Vec<Contents>) {
    let mut homes = Vec::new();
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
                let is_import = func.at() < graph.magic.len();
                let home = if is_import {
                    Some(Module::MAIN)
                } else {
                    module
                };
                let mut position = 0;
                if let (Some(home), false) = (home, is_import) {
                    position = modules[home.at()].functions.len() as u32;
                    modules[home.at()].functions.push(func);
                }
                homes.push(Home {
                    module: home,
                    position,
                });
            }
            NodeKind::Data(interval) => {
                if let Some(module) = module {
                    modules[module.at()].intervals.push(interval);
                }
            }
        }
    }
    (homes, modules)
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
    pub fn function_name(&self, func: Func) -> Option<String> {
        let position = self.functions.binary_search(&func).ok()?;
        Some(format!("{}{}", self.prefix, Base36(position)))
    }

    /// Under which name main exports a global for chunks.
    pub fn global_name(&self, global: Global) -> Option<String> {
        let position = self.globals.binary_search(&global).ok()?;
        Some(format!("{}_g{}", self.prefix, Base36(position)))
    }

    /// Under which name main exports a tag for chunks.
    pub fn tag_name(&self, tag: Tag) -> Option<String> {
        let position = self.tags.binary_search(&tag).ok()?;
        Some(format!("{}_t{}", self.prefix, Base36(position)))
    }
}

/// Short names: digits and small letters.
struct Base36(usize);

impl std::fmt::Display for Base36 {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        if self.0 >= 36 {
            Base36(self.0 / 36).fmt(f)?;
        }
        let digit = char::from_digit((self.0 % 36) as u32, 36);
        write!(f, "{}", digit.unwrap_or('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_differ() {
        let names: Vec<String> = [0, 35, 36, 1295, 1296]
            .map(|n| Base36(n).to_string())
            .to_vec();
        assert_eq!(names, ["0", "z", "10", "zz", "100"]);
    }
}
