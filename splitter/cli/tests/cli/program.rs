//! A program that wasm-bindgen and wasm-cleave accept and that depends on nothing, so that rustc alone makes it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use walkdir::WalkDir;

/// The tool under test; colours and the surrounding cargo's settings do not reach it.
pub(crate) fn tool() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasm-cleave"));
    command.env("NO_COLOR", "1").env_remove("CARGO_TARGET_DIR");
    command
}

/// Runs the tool with arguments.
pub(crate) fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Output {
    tool().args(args).output().unwrap()
}

/// Runs the tool where it has to succeed; returns its stdout.
pub(crate) fn succeed<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> String {
    let output = run(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{stderr}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the tool where it has to fail because of its input; returns its stderr.
pub(crate) fn fail<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> String {
    let output = run(args);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(output.stdout.is_empty());
    let (_, message) = stderr.split_once("error: ").expect(&stderr);
    assert!(message.contains("\n  help: "), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    stderr
}

/// The source of a program whose function `run` calls a split named `heavy`, as the attribute would expand.
pub(crate) fn source(version: &str) -> String {
    let json = format!("{{\"schema_version\":\"{version}\",\"version\":\"{version}\"}}");
    // A program without exports, imports and all the rest: eleven empty lists, strings and options.
    let empty = [0; 11];
    let section = [
        &(json.len() as u32).to_le_bytes()[..],
        json.as_bytes(),
        &(empty.len() as u32).to_le_bytes(),
        &empty,
    ]
    .concat();
    format!(
        r#"#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {{
    core::arch::wasm32::unreachable()
}}

#[unsafe(link_section = "__wasm_bindgen_unstable")]
#[used]
static SECTION: [u8; {len}] = {section:?};

#[link(wasm_import_module = "cleave1:split")]
unsafe extern "C" {{
    #[link_name = "heavy"]
    fn mark();
}}

#[link(wasm_import_module = "cleave1:runtime")]
unsafe extern "C" {{
    fn call(frame: *mut u32, slot: usize);
}}

#[inline(never)]
unsafe extern "C" fn enter(frame: *mut u32) {{
    unsafe {{
        mark();
        *frame = (*frame).wrapping_mul(40503) ^ 12345;
    }}
}}

// wasm-bindgen's runtime has these, for programs that keep JavaScript objects; this one has none.
#[unsafe(no_mangle)]
pub extern "C" fn __externref_table_alloc() -> u32 {{
    0
}}

#[unsafe(no_mangle)]
pub extern "C" fn __externref_table_dealloc(_index: u32) {{}}

#[unsafe(no_mangle)]
pub extern "C" fn run(value: u32) -> u32 {{
    let mut frame = value;
    unsafe {{ call(&mut frame, enter as *const () as usize) }};
    frame
}}
"#,
        len = section.len(),
    )
}

/// The version of the wasm-bindgen that is in the tool.
pub(crate) fn library_version() -> &'static str {
    wasm_bindgen_shared::SCHEMA_VERSION
}

/// Compiles the program and returns the linked module.
pub(crate) fn linked(folder: &Path, version: &str) -> PathBuf {
    let input = folder.join("program.rs");
    let output = folder.join("program.wasm");
    fs::write(&input, source(version)).unwrap();
    let rustc = Command::new("rustc")
        .args(["--edition=2024", "--crate-type=cdylib", "-O"])
        .args(["--target", "wasm32-unknown-unknown"])
        .args(["-Clink-arg=--emit-relocs", "-Clink-arg=--export-table"])
        .arg("-o")
        .args([&output, &input])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&rustc.stderr);
    assert!(rustc.status.success(), "{stderr}");
    output
}

/// Writes the program as a package of its own.
pub(crate) fn package(folder: &Path, name: &str) {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\n\
         [profile.dev]\npanic = \"abort\"\n\n[features]\nextra = []\n\n[workspace]\n"
    );
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/lib.rs"), source(library_version())).unwrap();
}

/// The files below a folder by name, and what they hold.
pub(crate) fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap();
            files.push((name.replace('\\', "/"), fs::read(entry.path()).unwrap()));
        }
    }
    files.sort();
    files
}

/// The names in [`contents`].
pub(crate) fn names(folder: &Path) -> Vec<String> {
    contents(folder).into_iter().map(|(name, _)| name).collect()
}

/// Whether a module has the names of its functions: that of the entry, or of `run`, which is exported under it too.
pub(crate) fn has_names(wasm: &[u8]) -> bool {
    let count = |word: &[u8]| {
        wasm.windows(word.len())
            .filter(|bytes| *bytes == word)
            .count()
    };
    count(b"::enter") > 0 || count(b"\x03run") > 1
}
