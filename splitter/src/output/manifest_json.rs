//! The manifest, `NAME.cleave-manifest.json`: which file is what, in the words of Vite's manifest, for servers that
//! write preload links.
//!
//! Keys are file names, and `split:NAME` for what the source calls NAME. An entry's `imports` are loaded with it,
//! its `dynamicImports` later:
//!
//! ```json
//! {
//!   "app.js":             { "file": "app.js", "name": "app", "isEntry": true, "build": "07…",
//!                           "imports": ["app_bg.wasm"], "dynamicImports": ["split:editor"] },
//!   "app-shared-1f.wasm": { "file": "app-shared-1f.wasm", "size": 5100, "integrity": "sha256-…" },
//!   "split:editor":       { "file": "app-editor-3c.wasm", "name": "editor", "isDynamicEntry": true,
//!                           "imports": ["app-shared-1f.wasm"] }
//! }
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wasm_cleave_contract::manifest::{Manifest, Split};

use super::is_inside;
use crate::file_names::FileNames;
use crate::program::{File, ModuleKind, Program};

/// What the manifest of every program was called before 0.1.
const OLD_NAME: &str = "manifest.json";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Entry {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    is_entry: bool,
    #[serde(skip_serializing_if = "is_false")]
    is_dynamic_entry: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<String>,
    size: usize,
    integrity: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    imports: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dynamic_imports: Vec<String>,
}

fn is_false(value: &bool) -> bool {
    !value
}

type Entries = BTreeMap<String, Entry>;

/// The manifest of a program, as the file that [`super::publish`] writes.
pub fn manifest_json(program: &Program) -> File {
    let mut entries: Entries = program
        .files
        .iter()
        .map(|file| (file.name.clone(), of_file(file)))
        .collect();
    let main = main_of(program);
    let names = FileNames::of_main(main.unwrap_or_default());
    for split in &program.manifest.splits {
        let (key, entry) = of_split(split, &program.manifest, main, &entries);
        entries.insert(key, entry);
    }
    mark_entry(&mut entries, names, &program.manifest);
    // Only strings, numbers and lists under string keys: nothing here that JSON cannot hold.
    let mut bytes = serde_json::to_vec_pretty(&entries).unwrap_or_default();
    bytes.push(b'\n');
    File {
        name: names.manifest(),
        bytes,
    }
}

fn main_of(program: &Program) -> Option<&str> {
    let mut modules = program.modules.iter();
    let main = modules.find(|module| module.kind == ModuleKind::Main);
    main.map(|module| module.file.as_str())
}

fn of_file(file: &File) -> Entry {
    Entry {
        file: file.name.clone(),
        size: file.bytes.len(),
        integrity: integrity(&file.bytes),
        ..Entry::default()
    }
}

/// The value of HTML's `integrity` attribute.
fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(bytes)))
}

/// A split's own file is the chunk that the fewest splits need; where everything went into main, it is main.
fn of_split(
    split: &Split,
    manifest: &Manifest,
    main: Option<&str>,
    files: &Entries,
) -> (String, Entry) {
    let users = |chunk: &u32| {
        let users = manifest.splits.iter();
        users.filter(|split| split.chunks.contains(chunk)).count()
    };
    let name_of = |chunk: &u32| {
        let chunk = manifest.chunks.get(*chunk as usize)?;
        Some(chunk.file.clone())
    };
    let own = split.chunks.iter().min_by_key(|chunk| users(chunk));
    let others = split.chunks.iter().filter(|chunk| Some(*chunk) != own);
    let file = own
        .and_then(name_of)
        .or(main.map(str::to_string))
        .unwrap_or_default();
    let (size, integrity) = match files.get(&file) {
        Some(entry) => (entry.size, entry.integrity.clone()),
        None => Default::default(),
    };
    let entry = Entry {
        file,
        name: Some(split.name.clone()),
        is_dynamic_entry: true,
        size,
        integrity,
        imports: others.filter_map(name_of).collect(),
        ..Entry::default()
    };
    (key_of_split(split), entry)
}

fn key_of_split(split: &Split) -> String {
    format!("split:{}", split.name)
}

/// The glue is the entry: it loads main and the scripts that it imports at once, and the splits on demand.
fn mark_entry(entries: &mut Entries, names: FileNames, manifest: &Manifest) {
    let glue = names.glue();
    let is_imported = |name: &&String| **name != glue && names.is_first_loaded(name);
    let imports = entries.keys().filter(is_imported).cloned().collect();
    if let Some(entry) = entries.get_mut(&glue) {
        entry.name = Some(names.stem().to_string());
        entry.is_entry = true;
        entry.build = Some(manifest.build.to_string());
        entry.imports = imports;
        entry.dynamic_imports = manifest.splits.iter().map(key_of_split).collect();
    }
}

/// Files of an earlier build of the same program that the new build does not have any more: those that its manifest
/// lists, and a manifest under the old name.
pub(super) fn stale_files(folder: &Path, manifest: &File, files: &[&File]) -> Vec<String> {
    let read = |bytes: &[u8]| serde_json::from_slice::<Entries>(bytes).ok();
    let Some(new) = read(&manifest.bytes) else {
        return Vec::new();
    };
    let kept: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let mut stale = BTreeSet::new();
    for name in [manifest.name.as_str(), OLD_NAME] {
        let old = fs::read(folder.join(name)).ok();
        let Some(old) = old.and_then(|bytes| read(&bytes)) else {
            continue;
        };
        // An application may have a `manifest.json` of its own, and another program one of the old name.
        if entry_name(&old).is_some() && entry_name(&old) == entry_name(&new) {
            stale.insert(name.to_string());
            stale.extend(old.into_keys().filter(|key| !key.starts_with("split:")));
        }
    }
    stale.retain(|name| is_inside(name) && !kept.contains(name.as_str()));
    stale.into_iter().collect()
}

fn entry_name(entries: &Entries) -> Option<&str> {
    entries
        .values()
        .find(|entry| entry.is_entry)
        .map(|entry| entry.file.as_str())
}
