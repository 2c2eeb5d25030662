//! Wrong usage is exit code 2, wrong input 1, each with what to do.

use crate::program::{fail, package, run};

#[test]
fn wrong_usage_is_exit_code_2() {
    for args in [
        &["frob"][..],
        &[],
        &["split"],
        &["split", "a.wasm"],
        &["split", "a.wasm", "--out-dir", "o", "--target", "deno"],
        &["split", "a.wasm", "--out-dir", "o", "--out-name", "a.b"],
        &["split", "a.wasm", "--out-dir", "o", "--brotli", "12"],
        &["build", "--release", "--profile", "dev"],
        &["build", "--bin", "a", "--example", "b"],
        &["build", "--max-memory", "1GiB"],
        &["build", "--threads", "--max-memory", "1000"],
        &["build", "--threads", "--max-memory", "5GiB"],
        &["build", "--threads", "--max-memory", "0"],
        &["serve", "--threads", "--max-memory", "1G"],
        &["serve", "--port", "65536"],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn help_and_version_are_no_failures() {
    let version = run(["--version"]);
    let version = String::from_utf8(version.stdout).unwrap();
    assert_eq!(
        version.trim(),
        concat!("wasm-cleave ", env!("CARGO_PKG_VERSION"))
    );
    for command in ["build", "split", "serve"] {
        let output = run([command, "--help"]);
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().contains("Usage:"));
    }
}

#[test]
fn a_package_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    package(&folder.path().join("app"), "application");
    let tool = |argument: &str| {
        let output = crate::program::tool()
            .current_dir(folder.path().join("app"))
            .args(["build", argument])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let stderr = tool("aplication");
    assert!(stderr.contains("no package `aplication`"), "{stderr}");
    assert!(stderr.contains("did you mean `application`?"), "{stderr}");
    let stderr = tool("zzz");
    assert!(
        stderr.contains("its packages are `application`"),
        "{stderr}"
    );
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, kind) in [("nope/", "folder"), ("nope/Cargo.toml", "file")] {
        let path = folder.path().join(name).into_os_string();
        let path = path.into_string().unwrap();
        let stderr = fail(["build", &path]);
        let message = format!("there is no {kind} `{path}`\n");
        assert!(stderr.contains(&message), "{stderr}");
    }
}

#[test]
fn a_folder_without_a_package_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let stderr = fail(["build".as_ref(), folder.path().as_os_str()]);
    let message = format!("`Cargo.toml` in `{}`", folder.path().display());
    assert!(stderr.contains(&message), "{stderr}");
}

#[test]
fn a_package_without_a_program_says_what_to_add() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "library");
    let manifest = folder.path().join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("cdylib", "rlib")).unwrap();
    let stderr = fail(["build".as_ref(), folder.path().as_os_str()]);
    assert!(
        stderr.contains("crate-type = [\"cdylib\", \"rlib\"]"),
        "{stderr}"
    );
}
