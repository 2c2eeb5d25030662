//! Splits a linked wasm-bindgen program into a main module and chunks.
//!
//! [`split`] is the whole way of a program; it reads and writes no files. [`output::publish`] writes the result.

pub mod bindgen;
pub mod error;
pub mod output;
pub mod summary;

pub use error::Error;

/// For what kind of host the JavaScript glue is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// ES modules, for browsers.
    Web,
    /// CommonJS, for Node.
    NodeJs,
}

/// What to make of a linked module.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the names of all files begin with: `NAME.js`, `NAME_bg.wasm`, `NAME-<chunk>-<hash>.wasm`.
    pub stem: String,
    /// The host.
    pub target: Target,
    /// `false` leaves the program in one module: the same lowering without any splitting.
    pub split: bool,
}

/// A step of the way, for showing progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Sections, symbols and relocations are read.
    Read,
    /// Who refers to what.
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

/// The finished program, in memory.
#[derive(Clone, Debug)]
pub struct Program {
    /// Every file, main's glue and chunks alike; sorted by name.
    pub files: Vec<File>,
    /// The modules, main first.
    pub modules: Vec<Module>,
    /// The manifest that main embeds.
    pub manifest: wasm_cleave::manifest::Manifest,
    /// What the user should know though the build succeeded, each a sentence with what to do.
    pub warnings: Vec<String>,
}

/// Splits a linked module (`--emit-relocs`), runs wasm-bindgen on main and returns all files.
///
/// `progress` is told each phase as it begins, on the calling thread.
///
/// # Errors
/// When the bytes are not such a module, or wasm-bindgen refuses it.
pub fn split(
    input: &[u8],
    options: &Options,
    progress: &mut dyn FnMut(Phase),
) -> Result<Program, Error> {
    progress(Phase::Bindgen);
    let files = bindgen::bind(input, &options.stem, options.target)?;
    Ok(Program {
        files,
        modules: Vec::new(),
        manifest: Default::default(),
        warnings: Vec::new(),
    })
}
