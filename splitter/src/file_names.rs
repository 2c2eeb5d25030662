//! What the files of the output are called.
//!
//! Every name begins with the program's, so that several programs can share a folder, and no name is one that
//! applications use for files of their own (`manifest.json` is the usual name of a web app manifest).

use data_encoding::HEXLOWER;

/// The end of the glue's name; what comes before it is the program's.
const GLUE: &str = ".js";

/// The end of main's name. wasm-bindgen gives it.
const MAIN: &str = "_bg.wasm";

/// The end of the manifest's name.
const MANIFEST: &str = ".cleave-manifest.json";

/// The names of a program's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileNames<'a> {
    stem: &'a str,
}

impl<'a> FileNames<'a> {
    /// The names of a program that is called `stem`.
    pub fn new(stem: &'a str) -> Self {
        FileNames { stem }
    }

    /// The names of the program whose main module has this name.
    pub fn of_main(main: &'a str) -> Self {
        FileNames::new(main.strip_suffix(MAIN).unwrap_or(main))
    }

    /// The program's own name.
    pub fn stem(self) -> &'a str {
        self.stem
    }

    /// The JavaScript that applications import; wasm-bindgen writes it.
    pub fn glue(self) -> String {
        self.with(GLUE)
    }

    /// The main module.
    pub fn main(self) -> String {
        self.with(MAIN)
    }

    /// The script that knows where the program's files are, and starts its threads.
    pub fn script(self) -> String {
        self.with(".cleave.js")
    }

    /// The script that Workers run.
    pub fn worker(self) -> String {
        self.with(".cleave-worker.js")
    }

    /// The script that runs the program on audio threads.
    pub fn worklet(self) -> String {
        self.with(".cleave-worklet.js")
    }

    /// The script that registers processors there.
    pub fn processor(self) -> String {
        self.with(".cleave-processor.js")
    }

    /// The list of all files.
    pub fn manifest(self) -> String {
        self.with(MANIFEST)
    }

    /// Whether the glue loads this file as soon as it runs, or is the glue itself.
    pub fn is_first_loaded(self, name: &str) -> bool {
        let is_snippet = name.starts_with("snippets/") && name.ends_with(".js");
        is_snippet || name == self.glue() || name == self.main() || name == self.script()
    }

    /// A chunk with this label, whose bytes have this hash.
    pub(crate) fn chunk(self, label: &str, sha256: &[u8; 32]) -> String {
        let hash = HEXLOWER.encode(&sha256[..5]);
        format!("{}-{label}-{hash}.wasm", self.stem)
    }

    fn with(self, end: &str) -> String {
        format!("{}{end}", self.stem)
    }
}

/// In which order files are replaced, so that a file is in its place before any that names it: chunks and snippets name
/// none, main names chunks, scripts name main and chunks, pages name scripts.
pub(crate) fn rank(name: &str) -> u8 {
    let name = name.to_ascii_lowercase();
    if name.ends_with(MANIFEST) {
        4
    } else if name.ends_with(".html") {
        3
    } else if name.contains('/') {
        0
    } else if name.ends_with(GLUE) {
        2
    } else if name.ends_with(MAIN) {
        1
    } else {
        0
    }
}
