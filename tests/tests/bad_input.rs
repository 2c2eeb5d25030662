//! Bad input to `wasm-cleave split`: exit code 1, one message that says what to do, and the earlier output untouched.

use std::collections::BTreeMap;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use wasm_cleave_splitter::{Limits, Options, emit, split};
use wasm_cleave_tests::cargo::{Settings, build_fixtures, command_line_tool};
use wasm_cleave_tests::inspect::Contents;
use wasm_cleave_tests::module::{self, Section, boundaries, damage_relocation, sections};
use wasm_cleave_tests::small::{Body, SHARED, SHARED_INDEX, Small};
use wasm_encoder::{ConstExpr, EntityType, ExportKind, GlobalType, HeapType, RefType, ValType};

/// The linked module that is damaged in many ways.
fn good() -> &'static [u8] {
    static GOOD: OnceLock<Vec<u8>> = OnceLock::new();
    GOOD.get_or_init(|| {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let modules = build_fixtures(scratch, &Settings::default(), &["shared-by-two"]).unwrap();
        fs::read(&modules["shared-by-two"]).unwrap()
    })
}

fn tool() -> &'static Path {
    static TOOL: OnceLock<PathBuf> = OnceLock::new();
    TOOL.get_or_init(|| command_line_tool().unwrap())
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// A folder with the output of the good module.
struct Output {
    folder: tempfile::TempDir,
    before: BTreeMap<PathBuf, Vec<u8>>,
}

impl Output {
    fn new() -> Output {
        let folder = tempfile::tempdir().unwrap();
        let (code, errors) = run(good(), folder.path());
        assert_eq!(code, Some(0), "the good module is refused: {errors}");
        let before = contents(folder.path());
        assert!(before.len() >= 4, "{:?}", before.keys());
        Output { folder, before }
    }

    /// Splits bad bytes into the folder; the message has to contain one of the words.
    fn refuses(&self, input: &[u8], what: &str, words: &[&str]) {
        let (code, errors) = run(input, self.folder.path());
        assert_eq!(code, Some(1), "{what}: {errors}");
        assert_eq!(errors.matches("error: ").count(), 1, "{what}: {errors}");
        assert_eq!(errors.matches("help: ").count(), 1, "{what}: {errors}");
        assert!(!errors.contains("panicked"), "{what}: {errors}");
        let lower = errors.to_lowercase();
        assert!(
            words.is_empty() || words.iter().any(|word| lower.contains(word)),
            "{what} should be about {words:?}: {errors}"
        );
        assert_eq!(
            contents(self.folder.path()),
            self.before,
            "{what} touched the output"
        );
    }
}

fn run(input: &[u8], out_dir: &Path) -> (Option<i32>, String) {
    static NUMBER: Mutex<u32> = Mutex::new(0);
    let number = {
        let mut number = NUMBER.lock().unwrap();
        *number += 1;
        *number
    };
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bad-input-{number}.wasm"));
    fs::write(&path, input).unwrap();
    let output = Command::new(tool())
        .arg("split")
        .arg(&path)
        .args(["--out-name", "app", "--request-cost", "0", "--out-dir"])
        .arg(out_dir)
        .output()
        .unwrap();
    fs::remove_file(&path).unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn without(is_dropped: impl Fn(&Section) -> bool) -> Vec<u8> {
    let mut kept = sections(good()).unwrap();
    let before = kept.len();
    kept.retain(|section| !is_dropped(section));
    assert!(kept.len() < before);
    module::module(&kept)
}

fn is_named(section: &Section, prefix: &str) -> bool {
    section.name().is_some_and(|name| name.starts_with(prefix))
}

#[test]
fn files_that_are_no_modules() {
    let output = Output::new();
    output.refuses(b"", "an empty file", &["empty"]);
    output.refuses(b"fn main() {}\n", "text", &["not a", "no wasm"]);
    output.refuses(&module::HEADER, "a header alone", &[]);
    output.refuses(b"\0asm\x0d\0\x01\0", "a component", &["component"]);
    output.refuses(
        &good()[1..],
        "a module without its first byte",
        &["not a", "no wasm"],
    );
}

#[test]
fn two_hundred_megabytes_of_zeros() {
    Output::new().refuses(&vec![0; 200 << 20], "zeros", &["not a", "no wasm"]);
}

#[test]
fn a_module_cut_off_at_every_section() {
    let output = Output::new();
    let sections = sections(good()).unwrap();
    let last = sections
        .iter()
        .rposition(|section| is_named(section, "reloc."))
        .unwrap();
    // Two offsets for each section: where it begins, and where its payload does.
    for (at, offset) in boundaries(good()).unwrap().into_iter().enumerate() {
        // Behind the relocations there are names and notes; between them the module is whole.
        if at % 2 == 0 && at / 2 > last {
            continue;
        }
        output.refuses(&good()[..offset], &format!("the first {offset} bytes"), &[]);
    }
}

#[test]
fn modules_that_were_not_linked_for_this() {
    let output = Output::new();
    let no_linking = without(|section| is_named(section, "linking"));
    output.refuses(&no_linking, "no `linking`", &["emit-relocs"]);
    let no_relocations = without(|section| is_named(section, "reloc."));
    output.refuses(&no_relocations, "no relocations", &["emit-relocs"]);
    let neither = without(|section| is_named(section, "reloc.") || is_named(section, "linking"));
    output.refuses(&neither, "neither", &["emit-relocs"]);
    let bound = &output.before[&output.folder.path().join("app_bg.wasm")];
    output.refuses(bound, "output of wasm-bindgen", &["wasm-bindgen"]);
    let not_bindgen = without(|section| is_named(section, "__wasm_bindgen"));
    output.refuses(
        &not_bindgen,
        "a program without wasm-bindgen",
        &["wasm-bindgen"],
    );
}

#[test]
fn relocations_out_of_range() {
    let output = Output::new();
    for name in ["reloc.CODE", "reloc.DATA"] {
        for (offset, symbol) in [(Some(0xffff_fff0), None), (None, Some(0x0fff_ffff))] {
            let damaged: Vec<Section> = sections(good())
                .unwrap()
                .into_iter()
                .map(|section| match section.name() == Some(name) {
                    true => damage_relocation(&section, offset, symbol).unwrap(),
                    false => section,
                })
                .collect();
            let damaged = module::module(&damaged);
            output.refuses(
                &damaged,
                &format!("{name}, {offset:?}, {symbol:?}"),
                &["reloc", "symbol"],
            );
        }
    }
}

#[test]
fn an_input_that_is_not_there_or_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    for input in [
        folder.path().join("missing.wasm"),
        folder.path().to_path_buf(),
    ] {
        let output = Command::new(tool())
            .arg("split")
            .arg(&input)
            .arg("--out-dir")
            .arg(folder.path().join("out"))
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert!(
            errors.contains("error: ") && errors.contains("help: "),
            "{errors}"
        );
    }
}

fn options() -> Options {
    let mut options = Options::new("app");
    options.limits = Limits::NONE;
    options
}

/// What linkers may write and rustc's does not: nothing of it is moved without being understood.
#[test]
fn what_is_not_supported_is_named() {
    let output = Output::new();
    let refuses = |what: &str, change: &dyn Fn(&mut Small)| {
        let mut small = Small::default();
        change(&mut small);
        output.refuses(&small.finish(), what, &[what]);
    };
    refuses("an imported table", &|small| {
        small.table = None;
        let table = EntityType::Table(Small::TABLE);
        small
            .imports
            .import("env", "__indirect_function_table", table);
    });
    refuses("a second memory", &|small| {
        small.memories.memory(Small::MEMORY);
        // `i32.const 0`, `i32.load` of memory 1.
        small.bodies[SHARED] = Body::new().raw(&[0x41, 0, 0x28, 0x42, 1, 0, 0x0b]);
    });
    refuses("a global with a reference to a function", &|small| {
        let ty = GlobalType {
            val_type: ValType::FUNCREF,
            mutable: false,
            shared: false,
        };
        small.globals.global(ty, &ConstExpr::ref_func(SHARED_INDEX));
    });
    refuses("a reference to a type of the program", &|small| {
        let concrete = ValType::Ref(RefType {
            nullable: true,
            heap_type: HeapType::Concrete(3),
        });
        small.types.ty().function([concrete], []);
    });
    refuses("a reference to a function that is not a call", &|small| {
        small
            .exports
            .export("shared", ExportKind::Func, SHARED_INDEX);
        let body = Body::new()
            .ref_func(SHARED_INDEX)
            .raw(&[0x1a, 0x41, 1, 0x0b]);
        small.bodies[SHARED + 3] = body;
    });
    refuses("an instruction that names a segment", &|small| {
        small.data = Some(vec![1; 32]);
        // `drop`, `data.drop 0`, `i32.const 1`
        let body = Body::new().call(SHARED_INDEX);
        small.bodies[SHARED + 3] = body.raw(&[0x1a, 0xfc, 9, 0, 0x41, 1, 0x0b]);
    });
    refuses("a feature of webassembly", &|small| {
        // `ref.null 3`, `drop`, `i32.const 3`
        small.bodies[SHARED] = Body::new().raw(&[0xd0, 3, 0x1a, 0x41, 3, 0x0b]);
    });
    refuses("export `memory`", &|small| {
        small.memory = "mem";
        small.exports.export("memory", ExportKind::Func, 6);
    });
}

#[test]
fn what_is_unusual_and_harmless_works() {
    let works = |what: &str, change: &dyn Fn(&mut Small)| {
        let mut small = Small::default();
        change(&mut small);
        let folder = tempfile::tempdir().unwrap();
        let (code, errors) = run(&small.finish(), folder.path());
        assert_eq!(code, Some(0), "{what}: {errors}");
        let files = contents(folder.path());
        let wasm = files
            .iter()
            .filter(|(path, _)| path.extension().is_some_and(|it| it == "wasm"));
        let (main, chunks): (Vec<_>, Vec<_>) =
            wasm.partition(|(path, _)| path.ends_with("app_bg.wasm"));
        let offered = Contents::read(main[0].1).unwrap().exports;
        assert!(chunks.len() >= 2, "{what}: {} chunks", chunks.len());
        for (path, chunk) in chunks {
            wasmparser::Validator::new().validate_all(chunk).unwrap();
            for import in Contents::read(chunk).unwrap().imports {
                let times = offered.iter().filter(|name| **name == import).count();
                assert_eq!(times, 1, "{what}: `{import}` of {}", path.display());
            }
        }
        offered
    };
    works("as it is", &|_| {});
    works("names before the functions", &|small| {
        small.early_names = true
    });
    let offered = works("an export with a name that is given to others", &|small| {
        // So that chunks import a function of main.
        small.exports.export("$0", ExportKind::Func, SHARED_INDEX);
    });
    assert!(offered.iter().any(|name| name == "$$0"), "{offered:?}");
    works(
        "a `data.drop` without a relocation that splits reach",
        &|small| {
            small.data = Some(vec![1; 32]);
            small.bodies[SHARED] = Body::new().raw(&[0xfc, 9, 0, 0x41, 4, 0x0b]);
        },
    );
}

/// A section that names what comes after it is as good as one that comes last.
#[test]
fn custom_sections_may_stand_anywhere() {
    let sections = sections(good()).unwrap();
    let lengths = |sections: &[Section]| {
        let bytes = module::module(sections);
        let emitted = emit(&bytes, &options(), &mut |_| {}).unwrap();
        let chunks = emitted.files.iter().map(|file| file.bytes.len());
        let all: Vec<usize> = chunks.chain([emitted.main.len()]).collect();
        all
    };
    let expected = lengths(&sections);
    assert!(expected.len() >= 3, "{expected:?}");
    for custom in (0..sections.len()).filter(|&at| sections[at].id == 0) {
        for place in 0..sections.len() {
            let mut moved = sections.clone();
            let section = moved.remove(custom);
            let what = format!("`{}` at {place}", section.name().unwrap());
            moved.insert(place, section);
            module::retarget_relocations(&mut moved).unwrap();
            let found = panic::catch_unwind(|| lengths(&moved));
            assert_eq!(found.ok(), Some(expected.clone()), "{what}");
        }
    }
}

/// Whatever bytes are wrong, the library returns: a module or an error, but no panic.
#[test]
fn damaged_bytes_are_no_panic() {
    let options = options();
    let mut random = Random(1);
    let sections = sections(good()).unwrap();
    for round in 0..250 {
        let mut bytes = good().to_vec();
        let mut damaged = sections.clone();
        // Code is most of the module; every section gets its turn.
        let section = &mut damaged[round % sections.len()].payload;
        for _ in 0..=random.below(3) {
            if !section.is_empty() {
                let at = random.below(section.len());
                section[at] = random.next() as u8;
            }
        }
        bytes.clear();
        bytes.extend(module::module(&damaged));
        let result = panic::catch_unwind(|| split(&bytes, &options, &mut |_| {}).map(drop));
        match result {
            Ok(Ok(())) => {}
            Ok(Err(error)) => assert!(
                !error.help().is_empty(),
                "round {round}: no help for {error}"
            ),
            Err(_) => panic!("round {round}: the splitter panicked"),
        }
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
