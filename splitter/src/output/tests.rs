//! Publishing: what is written, what stays, and what a failure leaves.

use super::*;
use crate::{Module, ModuleKind};
use std::collections::BTreeMap;
use wasm_cleave_contract::manifest::{BuildId, Chunk, Manifest, Split};

fn program(stem: &str, files: &[(&str, &str)]) -> Program {
    Program {
        files: files
            .iter()
            .map(|(name, text)| File {
                name: name.to_string(),
                bytes: text.as_bytes().to_vec(),
            })
            .collect(),
        modules: vec![Module {
            file: format!("{stem}_bg.wasm"),
            kind: ModuleKind::Main,
            splits: Vec::new(),
            functions: 0,
            data: 0,
        }],
        manifest: Manifest::default(),
        warnings: Vec::new(),
    }
}

const FIRST: &[(&str, &str)] = &[
    ("app-a-1.wasm", "old chunk"),
    ("app.js", "old glue"),
    ("app_bg.wasm", "old main"),
    ("snippets/x/inline0.js", "snippet"),
];
const SECOND: &[(&str, &str)] = &[
    ("app-a-2.wasm", "new chunk"),
    ("app.js", "new glue"),
    ("app_bg.wasm", "new main"),
];

/// All files below a folder and what they hold.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        if path.is_dir() {
            found.insert(format!("{name}/"), String::new());
            for (inner, text) in contents(&path) {
                found.insert(format!("{name}/{inner}"), text);
            }
        } else {
            found.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
    found
}

#[test]
fn a_second_build_replaces_the_first_and_leaves_foreign_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/out");
    publish(&program("app", FIRST), &out).unwrap();
    fs::write(out.join("mine.txt"), "mine").unwrap();
    publish(&program("app", SECOND), &out).unwrap();
    let names: Vec<_> = contents(&out).into_keys().collect();
    assert_eq!(
        names,
        [
            "app-a-2.wasm",
            "app.cleave-manifest.json",
            "app.js",
            "app_bg.wasm",
            "mine.txt"
        ]
    );
    assert_eq!(contents(&out)["app.js"], "new glue");
}

#[test]
fn another_program_in_the_same_folder_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    publish(&program("app", FIRST), folder.path()).unwrap();
    let other = [("tool.js", "glue"), ("tool_bg.wasm", "main")];
    publish(&program("tool", &other), folder.path()).unwrap();
    assert!(folder.path().join("app-a-1.wasm").is_file());
}

/// What a build before 0.1 left: names without the program's.
fn publish_under_old_names(folder: &Path, extra: &[(&str, &str)]) {
    let mut files = FIRST.to_vec();
    files.push(("wasm-cleave-env.js", "script"));
    files.extend(extra);
    publish(&program("app", &files), folder).unwrap();
    let manifest = folder.join("app.cleave-manifest.json");
    fs::rename(manifest, folder.join("manifest.json")).unwrap();
}

#[test]
fn files_under_old_names_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    publish_under_old_names(folder.path(), &[]);
    publish(&program("app", SECOND), folder.path()).unwrap();
    let names: Vec<_> = contents(folder.path()).into_keys().collect();
    let expected = [
        "app-a-2.wasm",
        "app.cleave-manifest.json",
        "app.js",
        "app_bg.wasm",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_manifest_of_the_application_stays() {
    let of_application = "{ \"name\": \"App\", \"icons\": [] }";
    let folder = tempfile::tempdir().unwrap();
    publish_under_old_names(folder.path(), &[]);
    let mut files = SECOND.to_vec();
    files.push(("manifest.json", of_application));
    for _ in 0..2 {
        publish(&program("app", &files), folder.path()).unwrap();
        assert_eq!(contents(folder.path())["manifest.json"], of_application);
    }
    assert!(!folder.path().join("wasm-cleave-env.js").exists());

    // Also one that no build has put there.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("manifest.json"), of_application).unwrap();
    publish(&program("app", SECOND), folder.path()).unwrap();
    assert_eq!(contents(folder.path())["manifest.json"], of_application);
}

#[test]
fn unchanged_files_are_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    publish(&program("app", FIRST), folder.path()).unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    for name in ["app_bg.wasm", "app.js"] {
        let file = fs::File::options()
            .write(true)
            .open(folder.path().join(name));
        file.unwrap().set_modified(long_ago).unwrap();
    }
    let mut changed = FIRST.to_vec();
    changed[1].1 = "other glue";
    publish(&program("app", &changed), folder.path()).unwrap();
    let modified = |name: &str| {
        let metadata = fs::metadata(folder.path().join(name)).unwrap();
        metadata.modified().unwrap()
    };
    assert_eq!(modified("app_bg.wasm"), long_ago);
    assert_ne!(modified("app.js"), long_ago);
}

#[test]
fn a_failure_in_the_middle_puts_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    publish(&program("app", FIRST), folder.path()).unwrap();
    // A folder where a file has to go: found by the rename, after chunks, main and `aaa.js` are in place.
    fs::create_dir_all(folder.path().join("zzz.js/full")).unwrap();
    let before = contents(folder.path());
    let mut files = SECOND.to_vec();
    files.push(("aaa.js", "new"));
    files.push(("zzz.js", "in the way"));
    let error = publish(&program("app", &files), folder.path()).unwrap_err();
    assert!(error.to_string().contains("zzz.js"), "{error}");
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "text").unwrap();
    let error = publish(&program("app", FIRST), &folder.path().join("file")).unwrap_err();
    assert!(matches!(error, OutputError::Write { .. }));
    assert_eq!(contents(folder.path())["file"], "text");
}

#[test]
fn names_that_leave_the_folder_or_come_twice_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["../x", "/x", "a/../../x", ""] {
        let error = publish(&program("app", &[(name, "")]), folder.path()).unwrap_err();
        assert!(matches!(error, OutputError::Outside { .. }), "{name}");
    }
    let twice = program("app", &[("a", ""), ("a", "")]);
    let error = publish(&twice, folder.path()).unwrap_err();
    assert!(matches!(error, OutputError::Twice { .. }));
    assert!(contents(folder.path()).is_empty());
}

#[test]
fn the_manifest_of_two_splits_with_a_shared_chunk() {
    let mut program = program(
        "app",
        &[
            ("app-editor-1.wasm", "editor"),
            ("app-shared-2.wasm", "shared"),
            ("app-viewer-3.wasm", "viewer"),
            ("app.cleave.js", "script"),
            ("app.d.ts", "types"),
            ("app.js", "glue"),
            ("app_bg.wasm", "main"),
            ("snippets/x/inline0.js", "snippet"),
        ],
    );
    let chunk = |file: &str| Chunk {
        file: file.to_string(),
        size: 6,
        sha256: [0; 32],
        blocks: Vec::new(),
        slots: Vec::new(),
    };
    let split = |name: &str, chunks: &[u32]| Split {
        name: name.to_string(),
        chunks: chunks.to_vec(),
        entries: Vec::new(),
    };
    program.manifest = Manifest {
        build: BuildId([0xab; 16]),
        chunks: vec![
            chunk("app-shared-2.wasm"),
            chunk("app-editor-1.wasm"),
            chunk("app-viewer-3.wasm"),
        ],
        splits: vec![
            split("editor", &[0, 1]),
            split("small", &[]),
            split("viewer", &[0, 2]),
        ],
    };
    let text = String::from_utf8(manifest_json(&program).bytes).unwrap();
    insta::assert_snapshot!(text);
}
