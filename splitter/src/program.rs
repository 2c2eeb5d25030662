//! What goes into the splitter and what comes out: options, the finished program, and its files.

use std::fmt;

use wasm_cleave_contract::manifest::Manifest;

use crate::partition::Limits;

/// For what kind of host the JavaScript glue is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// ES modules, for browsers.
    Web,
    /// CommonJS, for Node.
    NodeJs,
}

/// What to make of a linked module.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// What the names of all files begin with: `NAME.js`, `NAME_bg.wasm`, `NAME-<chunk>-<hash>.wasm`.
    pub stem: String,
    /// The host.
    pub target: Target,
    /// `false` leaves the program in one module: the same lowering without any splitting.
    pub split: bool,
    /// Limits of the chunk assignment.
    pub limits: Limits,
    /// Whether the modules keep the names of their functions, for stacks that people can read.
    pub names: bool,
}

impl Options {
    /// The defaults for a program of this name: split, for the web, with names.
    pub fn new(stem: impl Into<String>) -> Self {
        Options {
            stem: stem.into(),
            target: Target::Web,
            split: true,
            limits: Limits::default(),
            names: true,
        }
    }
}

/// A step of the way, for showing progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Sections, symbols and relocations are read.
    Read,
    /// What refers to what.
    Graph,
    /// Which module each symbol goes to.
    Partition,
    /// Slots, imports, exports and segments are numbered.
    Plan,
    /// Modules are written.
    Emit,
    /// wasm-bindgen runs over main.
    Bindgen,
}

/// What is being done, for the terminal.
impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Read => "Reading the linked module",
            Phase::Graph => "Finding what refers to what",
            Phase::Partition => "Dividing the program",
            Phase::Plan => "Planning slots, imports and exports",
            Phase::Emit => "Writing modules",
            Phase::Bindgen => "Running wasm-bindgen on main",
        })
    }
}

/// One file of the output.
#[derive(Clone, Debug)]
pub struct File {
    /// Path relative to the output folder, with `/` between its parts.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What a module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleKind {
    /// The module that the glue instantiates.
    Main,
    /// A module that is loaded on demand.
    Chunk,
}

/// One wasm module of the output.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Module {
    /// The file that holds it; its bytes are in [`Program::files`].
    pub file: String,
    /// What it is.
    pub kind: ModuleKind,
    /// Names of the splits that need it; all of them for main.
    pub splits: Vec<String>,
    /// Functions that it defines, before wasm-bindgen.
    pub functions: usize,
    /// Bytes of data that it carries.
    pub data: usize,
}

impl Module {
    /// A module in a file of this name, which nothing else is known of.
    pub fn new(file: impl Into<String>, kind: ModuleKind) -> Self {
        Module {
            file: file.into(),
            kind,
            splits: Vec::new(),
            functions: 0,
            data: 0,
        }
    }
}

/// The finished program, in memory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Program {
    /// Every file, main's glue and chunks alike; sorted by name.
    pub files: Vec<File>,
    /// The modules, main first.
    pub modules: Vec<Module>,
    /// The manifest that main embeds.
    pub manifest: Manifest,
    /// What the user should know though the build succeeded, each a sentence with what to do.
    pub warnings: Vec<String>,
}

impl Program {
    /// A program of these files and modules; the manifest says which split needs which chunks.
    pub fn new(files: Vec<File>, modules: Vec<Module>, manifest: Manifest) -> Self {
        Program {
            files,
            modules,
            manifest,
            warnings: Vec::new(),
        }
    }
}

/// The modules before wasm-bindgen has seen main.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Emitted {
    /// Main, ready for wasm-bindgen.
    pub main: Vec<u8>,
    /// The chunks, finished.
    pub files: Vec<File>,
    /// The modules, main first.
    pub modules: Vec<Module>,
    /// The manifest that main embeds.
    pub manifest: Manifest,
    /// What the user should know.
    pub warnings: Vec<String>,
}
