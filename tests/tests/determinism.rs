//! The same input gives the same bytes: over two runs, over numbers of threads, from the library and the command line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use wasm_cleave_splitter::Target;
use wasm_cleave_tests::cargo::{Settings, build_fixtures, command_line_tool};
use wasm_cleave_tests::program::{Shape, prepare};

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files
        .map(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            (name, fs::read(file.path()).unwrap())
        })
        .collect()
}

#[test]
fn output_is_the_same_whatever_the_threads() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let modules =
        build_fixtures(scratch, &Settings::default(), &["everything", "thousands"]).unwrap();
    let tool = command_line_tool().unwrap();
    for (name, linked) in modules {
        let mut outputs = Vec::new();
        for threads in ["1", "2", "2", "7"] {
            let folder = tempfile::tempdir().unwrap();
            let status = Command::new(&tool)
                .arg("split")
                .arg(&linked)
                .args(["--out-name", "app", "--names"])
                .args(["--request-cost", "0", "--out-dir"])
                .arg(folder.path())
                .env("RAYON_NUM_THREADS", threads)
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .status()
                .unwrap();
            assert!(status.success());
            outputs.push(contents(folder.path()));
        }
        let [first, rest @ ..] = &outputs[..] else {
            panic!("no outputs")
        };
        assert!(first.keys().filter(|name| name.ends_with(".wasm")).count() >= 3);
        for other in rest {
            assert_eq!(
                first.keys().collect::<Vec<_>>(),
                other.keys().collect::<Vec<_>>()
            );
            for (file, bytes) in first {
                assert!(
                    other[file] == *bytes,
                    "`{file}` of {name} differs between runs"
                );
            }
        }

        let folder = tempfile::tempdir().unwrap();
        let ready = prepare(
            &linked,
            &folder.path().join("out"),
            Shape::Split,
            Target::Web,
        )
        .unwrap();
        for file in &ready.program.files {
            assert!(
                first[&file.name] == file.bytes,
                "`{}` of {name} differs from the library's",
                file.name
            );
        }
    }
}
