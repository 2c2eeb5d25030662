//! Splits a linked module for a test, both ways and for both hosts, and checks what its fixture demands.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use wasm_cleave_splitter::{Limits, Module, ModuleKind, Options, Program, Target, publish, split};

use crate::case::{Demand, Place, Splits};
use crate::inspect::Contents;

/// What the files of every program under test are called.
pub const STEM: &str = "app";

/// Whether a program is split, or left in one module to say what is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Main and a chunk for every set of splits that share something.
    Split,
    /// Main and chunks, small ones merged as the command line does by default.
    Merged,
    /// One module: the oracle.
    Whole,
}

impl Shape {
    /// Whether there may be chunks.
    pub fn is_split(self) -> bool {
        self != Shape::Whole
    }

    /// What its folders are called.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Split => "split",
            Shape::Merged => "merged",
            Shape::Whole => "whole",
        }
    }
}

/// A program in a folder of its own, ready to run.
#[derive(Debug)]
pub struct Ready {
    /// The folder with all its files.
    pub folder: PathBuf,
    /// Whether it is split.
    pub shape: Shape,
    /// What the splitter says of it.
    pub program: Program,
}

/// Splits (or lowers) a linked module and writes the files into a fresh folder.
///
/// # Errors
/// When the splitter refuses the module, or the folder cannot be written.
pub fn prepare(linked: &Path, folder: &Path, shape: Shape, target: Target) -> Result<Ready> {
    let input = fs::read(linked).with_context(|| linked.display().to_string())?;
    let mut options = Options::new(STEM);
    options.target = target;
    options.split = shape.is_split();
    if shape != Shape::Merged {
        options.limits = Limits::NONE;
    }
    let program = split(&input, &options, &mut |_| {}).map_err(|error| {
        anyhow::anyhow!("{error}\n  help: {}", error.help())
            .context("the splitter refused the module")
    })?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    publish(&program, folder)?;
    Ok(Ready {
        folder: folder.to_path_buf(),
        shape,
        program,
    })
}

impl Ready {
    /// The chunks, by the splits that need each.
    pub fn chunks(&self) -> BTreeMap<Splits, &Module> {
        let chunks = self
            .program
            .modules
            .iter()
            .filter(|m| m.kind == ModuleKind::Chunk);
        chunks
            .map(|module| (module.splits.iter().cloned().collect(), module))
            .collect()
    }

    /// The splits that need the chunk in a file; `None` where the file is no chunk.
    pub fn splits_of_file(&self, file: &str) -> Option<Splits> {
        let chunks = self.chunks();
        let found = chunks.iter().find(|(_, module)| module.file == file);
        found.map(|(splits, _)| splits.clone())
    }

    /// Bytes of one of the files.
    ///
    /// # Errors
    /// When the program has no such file.
    pub fn file(&self, name: &str) -> Result<&[u8]> {
        let found = self.program.files.iter().find(|file| file.name == name);
        Ok(&found
            .with_context(|| format!("there is no file `{name}`"))?
            .bytes)
    }

    /// Checks what must hold for every split program, whatever it does.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check_invariants(&self, has_chunks: bool) -> Result<()> {
        let modules = &self.program.modules;
        let main: Vec<_> = modules
            .iter()
            .filter(|m| m.kind == ModuleKind::Main)
            .collect();
        ensure!(main.len() == 1, "there are {} main modules", main.len());
        ensure!(
            has_chunks == (modules.len() > 1),
            "there are {} chunks",
            modules.len() - 1
        );
        ensure!(
            self.chunks().len() == modules.len() - 1,
            "two chunks are needed by the same splits"
        );
        let mut listed: Vec<&str> = self
            .program
            .manifest
            .chunks
            .iter()
            .map(|c| c.file.as_str())
            .collect();
        let mut written: Vec<&str> = self.chunks().values().map(|m| m.file.as_str()).collect();
        listed.sort_unstable();
        written.sort_unstable();
        ensure!(
            listed == written,
            "the manifest lists {listed:?}, written are {written:?}"
        );
        for module in modules {
            let bytes = self.file(&module.file)?;
            wasmparser::Validator::new()
                .validate_all(bytes)
                .with_context(|| format!("`{}` is not a valid module", module.file))?;
            if module.kind == ModuleKind::Chunk {
                let contents = Contents::read(bytes)?;
                ensure!(
                    !contents.has_active_data,
                    "chunk `{}` has active data",
                    module.file
                );
                ensure!(
                    contents.functions.len() >= module.functions,
                    "chunk `{}` lacks names",
                    module.file
                );
            }
        }
        Ok(())
    }

    /// Checks one demand on the structure; [`Demand::Fetched`] is about a run and passes here.
    ///
    /// # Errors
    /// Says where the thing is instead.
    pub fn check(&self, demand: &Demand) -> Result<()> {
        match demand {
            Demand::Functions(place, names) => {
                for name in names {
                    self.only_in(place, name, |contents| contents.defines(name))?;
                }
                Ok(())
            }
            Demand::Absent(names) => {
                for name in names {
                    let places = self.places(|contents| contents.defines(name))?;
                    ensure!(places.is_empty(), "`{name}` is in {places:?}");
                }
                Ok(())
            }
            Demand::Data(place, text) => self.only_in(place, text, |contents| contents.holds(text)),
            Demand::Fetched(..) => Ok(()),
        }
    }

    fn only_in(
        &self,
        place: &Place,
        what: &str,
        is_there: impl Fn(&Contents) -> bool,
    ) -> Result<()> {
        let places = self.places(is_there)?;
        if places.as_slice() != std::slice::from_ref(place) {
            let chunks: BTreeSet<Splits> = self.chunks().into_keys().collect();
            bail!(
                "`{what}` should be in {place:?} alone; it is in {places:?}; the chunks are {chunks:?}"
            );
        }
        Ok(())
    }

    /// Every module that something is in.
    fn places(&self, is_there: impl Fn(&Contents) -> bool) -> Result<Vec<Place>> {
        let mut places = Vec::new();
        for module in &self.program.modules {
            if is_there(&Contents::read(self.file(&module.file)?)?) {
                places.push(match module.kind {
                    ModuleKind::Main => Place::Main,
                    ModuleKind::Chunk => Place::Chunk(module.splits.iter().cloned().collect()),
                });
            }
        }
        Ok(places)
    }
}
