//! The sizes of a program, as its files have them: what the table after a build and `--json` show.

use rayon::prelude::*;
use serde::Serialize;

use wasm_cleave_splitter::{Module, ModuleKind, Program};

/// How hard brotli tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Quality(u8);

impl Quality {
    /// What servers store; takes a second or two for each megabyte.
    pub(crate) const BEST: Quality = Quality(11);
    /// What servers do on the fly, about the size within a tenth.
    pub(crate) const QUICK: Quality = Quality(5);

    /// The quality that brotli calls by this number, 0 to 11.
    pub(crate) fn new(number: u8) -> Option<Quality> {
        (number <= 11).then_some(Quality(number))
    }

    /// The number that brotli calls it by.
    pub(crate) fn number(self) -> u8 {
        self.0
    }
}

/// Bytes of a module, or of several together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Sizes {
    /// Bytes of the files.
    pub(crate) bytes: usize,
    /// The same compressed with brotli, where that was asked for; of several modules, each by itself.
    pub(crate) brotli: Option<usize>,
}

impl Sizes {
    fn add(self, other: Sizes) -> Sizes {
        Sizes {
            bytes: self.bytes + other.bytes,
            brotli: self.brotli.zip(other.brotli).map(|(a, b)| a + b),
        }
    }

    fn sum(quality: Option<Quality>, all: impl IntoIterator<Item = Sizes>) -> Sizes {
        let nothing = Sizes {
            brotli: quality.map(|_| 0),
            ..Sizes::default()
        };
        all.into_iter().fold(nothing, Sizes::add)
    }
}

/// One module of the program.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ModuleSummary {
    /// File name, relative to the output folder.
    pub(crate) file: String,
    /// `true` for the module that the glue instantiates.
    pub(crate) main: bool,
    /// Names of the splits that need it.
    pub(crate) splits: Vec<String>,
    /// Functions that it defines, before wasm-bindgen.
    pub(crate) functions: usize,
    /// Bytes of data that it carries.
    pub(crate) data: usize,
    /// Its bytes.
    #[serde(flatten)]
    pub(crate) sizes: Sizes,
}

/// What one split loads at its first use, if nothing else was loaded before.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SplitSummary {
    /// The name in the source.
    pub(crate) name: String,
    /// The files.
    pub(crate) files: Vec<String>,
    /// All of them together.
    #[serde(flatten)]
    pub(crate) sizes: Sizes,
}

/// The sizes of a program.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Summary {
    /// The program's build id, in hexadecimal.
    pub(crate) build: String,
    /// How hard brotli tried, if it did.
    pub(crate) brotli_quality: Option<Quality>,
    /// The modules, main first.
    pub(crate) modules: Vec<ModuleSummary>,
    /// The splits.
    pub(crate) splits: Vec<SplitSummary>,
    /// All modules together.
    pub(crate) total: Sizes,
    /// The same program in one module, where it was made for comparison.
    pub(crate) unsplit: Option<Sizes>,
}

impl Summary {
    /// Measures every module, in parallel, and adds up; without a quality, nothing is compressed. `unsplit` is the same
    /// program in one module, if there is one to compare with. `done` is called after each module, on the thread that
    /// measured it.
    pub(crate) fn measure(
        program: &Program,
        unsplit: Option<&Program>,
        quality: Option<Quality>,
        done: &(dyn Fn() + Sync),
    ) -> Summary {
        let own = program.modules.iter().map(|module| (program, module));
        let other = unsplit
            .into_iter()
            .flat_map(|program| program.modules.iter().map(move |module| (program, module)));
        let jobs: Vec<(&Program, &Module)> = own.chain(other).collect();
        let mut sizes: Vec<Sizes> = jobs
            .into_par_iter()
            .map(|(program, module)| {
                let sizes = of_bytes(bytes_of(program, &module.file), quality);
                done();
                sizes
            })
            .collect();
        let unsplit = unsplit.map(|_| Sizes::sum(quality, sizes.split_off(program.modules.len())));
        let modules: Vec<ModuleSummary> = program
            .modules
            .iter()
            .zip(sizes)
            .map(|(module, sizes)| of_module(module, sizes))
            .collect();
        Summary {
            build: program.manifest.build.to_string(),
            brotli_quality: quality,
            splits: of_splits(program, &modules, quality),
            total: Sizes::sum(quality, modules.iter().map(|module| module.sizes)),
            modules,
            unsplit,
        }
    }

    /// How many modules [`Summary::measure`] measures.
    pub(crate) fn steps(program: &Program, unsplit: Option<&Program>) -> usize {
        program.modules.len() + unsplit.map_or(0, |program| program.modules.len())
    }
}

fn bytes_of<'a>(program: &'a Program, file: &str) -> &'a [u8] {
    program
        .files
        .iter()
        .find(|candidate| candidate.name == file)
        .map_or(&[], |file| &file.bytes)
}

fn of_module(module: &Module, sizes: Sizes) -> ModuleSummary {
    ModuleSummary {
        file: module.file.clone(),
        main: module.kind == ModuleKind::Main,
        splits: module.splits.clone(),
        functions: module.functions,
        data: module.data,
        sizes,
    }
}

fn of_splits(
    program: &Program,
    modules: &[ModuleSummary],
    quality: Option<Quality>,
) -> Vec<SplitSummary> {
    let of_split = |split: &wasm_cleave_contract::manifest::Split| {
        let files: Vec<String> = split
            .chunks
            .iter()
            .filter_map(|&chunk| program.manifest.chunks.get(chunk as usize))
            .map(|chunk| chunk.file.clone())
            .collect();
        let loaded = modules.iter().filter(|module| files.contains(&module.file));
        SplitSummary {
            name: split.name.clone(),
            sizes: Sizes::sum(quality, loaded.map(|module| module.sizes)),
            files,
        }
    };
    program.manifest.splits.iter().map(of_split).collect()
}

fn of_bytes(wasm: &[u8], quality: Option<Quality>) -> Sizes {
    Sizes {
        bytes: wasm.len(),
        brotli: quality.map(|quality| compressed_len(wasm, quality)),
    }
}

fn compressed_len(bytes: &[u8], quality: Quality) -> usize {
    let params = brotli::enc::BrotliEncoderParams {
        quality: i32::from(quality.0),
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut counted = Counter(0);
    match brotli::BrotliCompress(&mut &bytes[..], &mut counted, &params) {
        Ok(_) => counted.0,
        // Reading from memory and counting do not fail.
        Err(_) => bytes.len(),
    }
}

/// Counts what is written to it.
struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_cleave_contract::manifest::{Chunk, Manifest, Split};
    use wasm_cleave_splitter::File;
    use wasm_encoder::{CustomSection, Module as Encoder};

    fn wasm(payload: &[u8]) -> Vec<u8> {
        let mut module = Encoder::new();
        module.section(&CustomSection {
            name: "a".into(),
            data: payload.into(),
        });
        module.finish()
    }

    fn program(files: &[(&str, Vec<u8>)], splits: &[(&str, &[u32])]) -> Program {
        let module = |(name, _): &(&str, Vec<u8>)| {
            let kind = match name.ends_with("_bg.wasm") {
                true => ModuleKind::Main,
                false => ModuleKind::Chunk,
            };
            Module::new(*name, kind)
        };
        let chunk = |(name, _): &(&str, Vec<u8>)| Chunk {
            file: name.to_string(),
            size: 0,
            sha256: [0; 32],
            blocks: Vec::new(),
            slots: Vec::new(),
        };
        let split = |(name, chunks): &(&str, &[u32])| Split {
            name: name.to_string(),
            chunks: chunks.to_vec(),
            entries: Vec::new(),
        };
        let file = |(name, bytes): &(&str, Vec<u8>)| File {
            name: name.to_string(),
            bytes: bytes.clone(),
        };
        let manifest = Manifest {
            build: Default::default(),
            chunks: files[1..].iter().map(chunk).collect(),
            splits: splits.iter().map(split).collect(),
        };
        let modules = files.iter().map(module).collect();
        Program::new(files.iter().map(file).collect(), modules, manifest)
    }

    #[test]
    fn a_module_has_the_size_of_its_file() {
        let wasm = wasm(&[1; 100]);
        assert_eq!(of_bytes(&wasm, None).brotli, None);
        let sizes = of_bytes(&wasm, Some(Quality::BEST));
        assert_eq!(sizes.bytes, wasm.len());
        assert!(sizes.brotli.unwrap() < sizes.bytes, "{sizes:?}");
    }

    #[test]
    fn a_split_is_the_sum_of_what_it_loads() {
        let files = [
            ("app_bg.wasm", wasm(&[1; 10])),
            ("a.wasm", wasm(&[2; 20])),
            ("b.wasm", wasm(&[3; 30])),
        ];
        let program = program(&files, &[("one", &[0]), ("both", &[0, 1]), ("none", &[])]);
        let summary = Summary::measure(&program, None, Some(Quality::QUICK), &|| ());
        let size = |i: usize| summary.modules[i].sizes.bytes;
        let splits: Vec<_> = summary.splits.iter().map(|s| s.sizes.bytes).collect();
        assert_eq!(splits, [size(1), size(1) + size(2), 0]);
        assert_eq!(summary.total.bytes, size(0) + size(1) + size(2));
        assert_eq!(summary.splits[1].files, ["a.wasm", "b.wasm"]);
        let brotli = |sizes: Sizes| sizes.brotli.unwrap();
        let modules = summary.modules.iter().map(|module| brotli(module.sizes));
        assert_eq!(brotli(summary.total), modules.sum::<usize>());
        assert_eq!(summary.splits[2].sizes.brotli, Some(0));

        let summary = Summary::measure(&program, None, None, &|| ());
        assert_eq!(summary.total.brotli, None);
        assert_eq!(summary.splits[2].sizes.brotli, None);
    }

    #[test]
    fn the_unsplit_program_is_measured_by_itself() {
        let split = program(
            &[("app_bg.wasm", wasm(&[1; 10])), ("a.wasm", wasm(&[2; 20]))],
            &[],
        );
        let whole = program(&[("app_bg.wasm", wasm(&[1; 500]))], &[]);
        let steps = std::sync::atomic::AtomicUsize::new(0);
        let quality = Some(Quality::QUICK);
        let summary = Summary::measure(&split, Some(&whole), quality, &|| {
            steps.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        });
        assert_eq!(steps.into_inner(), Summary::steps(&split, Some(&whole)));
        assert_eq!(
            summary.unsplit.unwrap().bytes,
            of_bytes(&wasm(&[1; 500]), quality).bytes
        );
        assert_eq!(summary.modules.len(), 2);
    }
}
