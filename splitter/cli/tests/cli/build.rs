//! `wasm-cleave build`: cargo's part, static files, and the user's own settings.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{contents, fail, has_names, names, package, succeed, tool};

fn build(package: &Path) -> Vec<&str> {
    vec!["build", package.to_str().unwrap()]
}

#[test]
fn a_package_is_built_into_its_dist_with_its_static_files() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    for (name, text) in [
        ("index.html", "<script src=app.js>"),
        ("static/img/a.svg", "<svg/>"),
        ("public/robots.txt", "x"),
        ("other/file", "not copied"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    succeed(build(folder.path()));
    let names = names(&folder.path().join("dist"));
    for name in [
        "app.js",
        "app_bg.wasm",
        "index.html",
        "img/a.svg",
        "robots.txt",
    ] {
        assert!(
            names.iter().any(|found| found == name),
            "{name} in {names:?}"
        );
    }
    assert!(!names.iter().any(|name| name.contains("file")), "{names:?}");
    assert!(
        names.iter().any(|name| name.starts_with("app-heavy-")),
        "{names:?}"
    );

    // What is gone from `static` is gone from `dist`.
    fs::remove_dir_all(folder.path().join("static")).unwrap();
    succeed(build(folder.path()));
    assert!(!folder.path().join("dist/img").exists());
}

#[test]
fn sources_are_never_taken_for_output() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let public = folder.path().join("public");
    fs::create_dir(&public).unwrap();
    fs::write(public.join("robots.txt"), "x").unwrap();
    for out in [".", "public", "public/built/deep", "./static/../static"] {
        let out = folder.path().join(out);
        let mut args = build(folder.path());
        args.extend(["--out-dir", out.to_str().unwrap()]);
        let said = fail(args);
        assert!(said.contains("holds sources of the package"), "{said}");
    }
    assert_eq!(names(&public), ["robots.txt"]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_back_are_left_out() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let public = folder.path().join("public");
    fs::create_dir(&public).unwrap();
    fs::write(public.join("robots.txt"), "x").unwrap();
    symlink("nobody@nowhere", public.join(".#index.html")).unwrap();
    symlink(".", public.join("again")).unwrap();
    succeed(build(folder.path()));
    let names = names(&folder.path().join("dist"));
    assert!(names.iter().any(|name| name == "robots.txt"), "{names:?}");
    assert!(
        !names.iter().any(|name| name.contains("again")),
        "{names:?}"
    );
    assert!(!names.iter().any(|name| name.contains('#')), "{names:?}");
}

#[test]
fn json_says_what_was_built() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "my-app");
    let out = folder.path().join("elsewhere");
    let mut args = build(folder.path());
    args.extend(["--release", "--json", "--target", "nodejs"]);
    args.extend(["--out-dir", out.to_str().unwrap()]);
    let report: Value = serde_json::from_str(&succeed(args)).unwrap();
    assert_eq!(report["package"], "my-app");
    assert_eq!(report["profile"], "release");
    assert_eq!(report["threads"], false);
    assert_eq!(report["brotli_quality"], 11);
    assert!(report["total"]["brotli"].as_u64().unwrap() > 0);
    assert_eq!(report["modules"][0]["file"], "my_app_bg.wasm");
    assert!(out.join("my_app.js").is_file());
    assert!(!folder.path().join("dist").exists());
}

#[test]
fn a_development_build_compresses_only_when_asked_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let with = |more: &[&str]| {
        let mut args = build(folder.path());
        args.extend(more);
        succeed(args)
    };
    let table = with(&["--compare"]);
    assert!(table.contains("bytes    share\n"), "{table}");
    assert!(
        table.contains("compressed sizes with `--brotli 11`"),
        "{table}"
    );
    let report: Value = serde_json::from_str(&with(&["--json"])).unwrap();
    assert!(report["brotli_quality"].is_null(), "{report}");
    assert!(report["total"]["brotli"].is_null(), "{report}");

    let table = with(&["--brotli", "3"]);
    assert!(table.contains("bytes  brotli\n"), "{table}");
    assert!(table.contains("brotli quality 3."), "{table}");
    let table = with(&["--release"]);
    assert!(table.contains("brotli quality 11."), "{table}");
}

#[test]
fn a_build_does_not_link_debug_information_only_to_warn_that_it_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let output = tool().args(build(folder.path())).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(!stderr.contains("warning"), "{stderr}");
}

#[test]
fn a_development_build_keeps_names_and_a_release_does_not() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let named = |more: &[&str]| {
        let mut args = build(folder.path());
        args.extend(more);
        succeed(args);
        let modules = contents(&folder.path().join("dist")).into_iter();
        let modules = modules.filter(|(name, _)| name.ends_with(".wasm"));
        let named: Vec<bool> = modules.map(|(_, bytes)| has_names(&bytes)).collect();
        named
    };
    assert_eq!(named(&[]), [true, true]);
    assert_eq!(named(&["--release"]), [false, false]);
    assert_eq!(named(&["--release", "--names"]), [true, true]);
}

#[test]
fn a_split_that_no_function_is_in_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let lib = folder.path().join("src/lib.rs");
    let source = fs::read_to_string(&lib).unwrap();
    // What `split!(heavvy).preload()` needs.
    let handle = "\n#[link(wasm_import_module = \"cleave1:handle\")]\n\
        unsafe extern \"C\" {\n    #[link_name = \"heavvy\"]\n    fn handle() -> u32;\n}\n\n\
        #[unsafe(no_mangle)]\npub extern \"C\" fn preload() -> u32 {\n    unsafe { handle() }\n}\n";
    fs::write(&lib, source + handle).unwrap();
    let what =
        "no function is in the split `heavvy`: loading it does nothing; did you mean `heavy`?";
    let mut args = build(folder.path());
    let output = tool().args(&args).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains(&format!("warning: {what}\n")), "{stderr}");

    args.push("--json");
    let report: Value = serde_json::from_str(&succeed(args)).unwrap();
    assert_eq!(report["warnings"], serde_json::json!([what]));
}

#[test]
fn the_users_own_rustflags_stay_wherever_they_are_set() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let lib = folder.path().join("src/lib.rs");
    let source = fs::read_to_string(&lib).unwrap();
    let check = "\n#[cfg(not(mine))]\ncompile_error!(\"the user's flags are lost\");\n";
    fs::write(&lib, source + check).unwrap();

    let stderr = fail(build(folder.path()));
    assert!(stderr.contains("flags are lost"), "{stderr}");
    for name in ["RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"] {
        let output = tool()
            .args(build(folder.path()))
            .env(name, "--cfg=mine")
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {stderr}");
    }
    let config = folder.path().join(".cargo/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    for text in [
        "[build]\nrustflags = [\"--cfg=mine\"]\n",
        "[target.wasm32-unknown-unknown]\nrustflags = \"--cfg=mine\"\n",
    ] {
        fs::write(&config, text).unwrap();
        succeed(build(folder.path()));
    }
}

#[test]
fn features_reach_cargo() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let lib = folder.path().join("src/lib.rs");
    let source = fs::read_to_string(&lib).unwrap();
    let check = "\n#[cfg(not(feature = \"extra\"))]\ncompile_error!(\"extra is off\");\n";
    fs::write(&lib, source + check).unwrap();
    let mut args = build(folder.path());
    args.extend(["--features", "extra"]);
    succeed(args);
}

#[test]
fn what_cargo_may_do_about_dependencies_reaches_it() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let with = |flag: &'static str| {
        let mut args = build(folder.path());
        args.push(flag);
        args
    };
    for flag in ["--locked", "--frozen"] {
        let stderr = fail(with(flag));
        assert!(stderr.contains(&format!("{flag} was passed")), "{stderr}");
        assert!(!folder.path().join("Cargo.lock").exists());
    }
    succeed(with("--offline"));
    succeed(with("--locked"));

    let manifest = folder.path().join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let text = text.replace(
        "[features]",
        "[dependencies]\nlibc = \"9999\"\n\n[features]",
    );
    fs::write(&manifest, text).unwrap();
    let stderr = fail(with("--offline"));
    assert!(stderr.contains("offline mode (--offline)"), "{stderr}");
}

#[test]
fn a_program_that_does_not_compile_leaves_the_last_good_output() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    succeed(build(folder.path()));
    let before = contents(&folder.path().join("dist"));
    fs::write(folder.path().join("src/lib.rs"), "fn broken(").unwrap();
    let stderr = fail(build(folder.path()));
    assert!(stderr.contains("unclosed delimiter"), "{stderr}");
    assert!(
        stderr.contains("could not compile package `app`"),
        "{stderr}"
    );
    assert!(before == contents(&folder.path().join("dist")));
}

#[test]
fn the_package_of_the_current_folder_is_meant_when_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let output = tool()
        .arg("build")
        .current_dir(folder.path().join("src"))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(folder.path().join("dist/app.js").is_file());
}

#[test]
fn two_programs_and_a_web_app_manifest_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let manifest = "{ \"name\": \"App\", \"icons\": [] }";
    for name in ["one", "two"] {
        let package_folder = folder.path().join(name);
        package(&package_folder, name);
        fs::create_dir(package_folder.join("public")).unwrap();
        fs::write(package_folder.join("public/manifest.json"), manifest).unwrap();
    }
    for name in ["one", "two", "one"] {
        let package_folder = folder.path().join(name);
        let args = ["build", "--out-dir"].map(std::ffi::OsStr::new);
        let paths = [out.as_os_str(), package_folder.as_os_str()];
        succeed(args.into_iter().chain(paths));
    }
    let contents = crate::program::contents(&out);
    let text = |name: &str| {
        let file = contents.iter().find(|(found, _)| found == name);
        let (_, bytes) = file.unwrap_or_else(|| panic!("no `{name}`"));
        String::from_utf8(bytes.clone()).unwrap()
    };
    assert_eq!(text("manifest.json"), manifest);
    for name in ["one", "two"] {
        let listed: Value =
            serde_json::from_str(&text(&format!("{name}.cleave-manifest.json"))).unwrap();
        for entry in listed.as_object().unwrap().values() {
            let file = entry["file"].as_str().unwrap();
            assert!(contents.iter().any(|(found, _)| found == file), "{file}");
        }
    }
}

#[test]
fn pages_get_links_to_what_they_start_with() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let page = "<!doctype html><script type=module>import './app.js'</script>";
    fs::write(folder.path().join("index.html"), page).unwrap();
    succeed(build(folder.path()));
    let built = fs::read_to_string(folder.path().join("dist/index.html")).unwrap();
    assert!(
        built.contains("<link rel=\"modulepreload\" href=\"./app.js\">"),
        "{built}"
    );
    assert!(
        built.contains("href=\"./app_bg.wasm\" as=\"fetch\""),
        "{built}"
    );
    // Nodes of the program's page stay as they are.
    assert!(
        built.ends_with("<script type=module>import './app.js'</script>"),
        "{built}"
    );
}
