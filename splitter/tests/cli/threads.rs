//! `--threads`: which toolchain is asked for what. Stand-ins for `cargo` and `rustc` write down what they are told, and
//! let the stable toolchain of this test do what it can: compile with atomics, not link a shared memory.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::program::{package, tool};

const NIGHTLY: &str = "nightly-2026-05-20";

const CARGO: &str = r#"#!/bin/sh
if [ "$1" = rustc ]; then
    { echo "toolchain=$RUSTUP_TOOLCHAIN"; printf '%s\n' "$@"; } > "$HERE/told"
fi
for arg; do
    shift
    case "$arg" in
        -Zbuild-std=* | -Clink-arg=--*-memory* | -Clink-arg=--export=*) ;;
        *) set -- "$@" "$arg" ;;
    esac
done
RUSTC_BOOTSTRAP=1 RUSTC="$REAL_RUSTC" exec "$REAL_CARGO" "$@"
"#;

/// Has a folder of its own to be its sysroot.
const RUSTC: &str = r#"#!/bin/sh
if [ "$2" = sysroot ]; then
    echo "$HERE"
    shift 2
fi
exec "$REAL_RUSTC" "$@"
"#;

const NOT_INSTALLED: &str = r#"#!/bin/sh
echo "error: toolchain '$RUSTUP_TOOLCHAIN-x86_64' is not installed" >&2
exit 1
"#;

/// A package, and stand-ins for the tools that build it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Place(tempfile::tempdir().unwrap());
        package(&place.package(), "app");
        place.stand_in("cargo", CARGO);
        place.stand_in("rustc", RUSTC);
        place.write("lib/rustlib/src/rust/library/Cargo.lock", "");
        place
    }

    fn package(&self) -> PathBuf {
        self.0.path().join("app")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn stand_in(&self, name: &str, script: &str) {
        let name = format!("bin/{name}");
        self.write(&name, script);
        let path = self.0.path().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// `wasm-cleave build --threads`, as it would run from this test's cargo.
    fn build(&self) -> Command {
        let cargo = Path::new(env!("CARGO"));
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}/bin:{path}", self.0.path().display());
        let mut command = tool();
        command
            .args(["build", "--threads"])
            .current_dir(self.package())
            .env("PATH", path)
            .env("HERE", self.0.path())
            .env("REAL_CARGO", cargo)
            .env("REAL_RUSTC", cargo.with_file_name("rustc"))
            // What a test that is started by cargo has around it.
            .env("CARGO", cargo)
            .env("RUSTUP_TOOLCHAIN", "of-the-outer-cargo");
        command
    }

    /// What `cargo rustc` was told.
    fn told(&self) -> Vec<String> {
        let told = fs::read_to_string(self.0.path().join("told")).unwrap();
        told.lines().map(String::from).collect()
    }
}

fn succeed(command: &mut Command) {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
}

fn fail(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    stderr
}

#[test]
fn a_nightly_compiles_the_standard_library_and_links_a_shared_memory() {
    let place = Place::new();
    succeed(place.build().args(["--max-memory", "128MiB"]));
    let told = place.told();
    assert_eq!(told[0], format!("toolchain={NIGHTLY}"));
    let (cargo, compiler) = told.split_at(told.iter().position(|arg| arg == "--").unwrap());
    assert!(
        cargo.iter().any(|arg| arg == "-Zbuild-std=std,panic_abort"),
        "{cargo:?}"
    );
    for arg in [
        "--emit-relocs",
        "--export-table",
        "--shared-memory",
        "--import-memory",
        "--max-memory=134217728",
        "--export=__wasm_init_tls",
        "--export=__tls_size",
        "--export=__tls_align",
        "--export=__tls_base",
        "--export=__heap_base",
    ] {
        let arg = format!("-Clink-arg={arg}");
        assert!(compiler.contains(&arg), "{arg} in {compiler:?}");
    }
    // What the other builds have compiled stays as it is.
    let target = place.package().join("target");
    assert!(
        target
            .join("wasm-cleave/threads/wasm32-unknown-unknown")
            .is_dir()
    );
    assert!(!target.join("wasm32-unknown-unknown").exists());
    assert!(place.package().join("dist/app_bg.wasm").is_file());

    succeed(&mut place.build());
    let max_memory = "-Clink-arg=--max-memory=1073741824".to_string();
    assert!(place.told().contains(&max_memory));
}

#[test]
fn the_users_own_rustflags_stay_beside_those_for_threads() {
    let place = Place::new();
    let lib = place.package().join("src/lib.rs");
    let source = fs::read_to_string(&lib).unwrap();
    let check = "\n#[cfg(not(target_feature = \"atomics\"))]\ncompile_error!(\"not for threads\");\n\
                 #[cfg(not(mine))]\ncompile_error!(\"the user's flags are lost\");\n";
    fs::write(&lib, source + check).unwrap();

    let stderr = fail(&mut place.build());
    assert!(stderr.contains("flags are lost"), "{stderr}");
    assert!(!stderr.contains("not for threads"), "{stderr}");
    for name in [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
    ] {
        succeed(place.build().env(name, "--cfg=mine"));
    }
    for text in [
        "[build]\nrustflags = [\"--cfg=mine\"]\n",
        "[target.wasm32-unknown-unknown]\nrustflags = \"--cfg=mine\"\n",
        "[target.'cfg(target_family = \"wasm\")']\nrustflags = [\"--cfg=mine\"]\n",
        "[target.'cfg(unix)']\nrustflags = [\"-Zno\"]\n[build]\nrustflags = \"--cfg mine\"\n",
    ] {
        place.write("app/.cargo/config.toml", text);
        succeed(&mut place.build());
    }
}

#[test]
fn the_packages_own_nightly_is_used_and_its_own_stable_is_not() {
    for (channel, expected) in [
        // Nothing is set, so that rustup reads the file.
        ("nightly-2026-01-02", "toolchain="),
        ("1.95.0", "toolchain=nightly-2026-05-20"),
    ] {
        let place = Place::new();
        let text = format!("[toolchain]\nchannel = \"{channel}\"\n");
        place.write("app/rust-toolchain.toml", &text);
        succeed(&mut place.build());
        assert_eq!(place.told()[0], expected);
    }
    // Said by the user, and not by an outer cargo.
    let place = Place::new();
    let user = |name| {
        let mut build = place.build();
        build.env_remove("CARGO").env("RUSTUP_TOOLCHAIN", name);
        succeed(&mut build);
        place.told().swap_remove(0)
    };
    assert_eq!(user("nightly-2026-02-03"), "toolchain=nightly-2026-02-03");
    assert_eq!(user("stable"), format!("toolchain={NIGHTLY}"));
}

#[test]
fn what_is_missing_is_named_with_the_line_that_installs_it() {
    let place = Place::new();
    let line = |name| {
        format!("help: rustup toolchain install {name} --profile minimal --component rust-src\n")
    };
    fs::remove_dir_all(place.0.path().join("lib")).unwrap();
    let stderr = fail(&mut place.build());
    assert!(
        stderr.contains("source of the standard library"),
        "{stderr}"
    );
    assert!(stderr.contains(&line(NIGHTLY)), "{stderr}");

    place.stand_in("rustc", NOT_INSTALLED);
    let stderr = fail(&mut place.build());
    assert!(stderr.contains("is not installed"), "{stderr}");
    assert!(stderr.contains(&line(NIGHTLY)), "{stderr}");

    place.write("app/rust-toolchain", "nightly-2026-01-02\n");
    let stderr = fail(&mut place.build());
    assert!(stderr.contains(&line("nightly-2026-01-02")), "{stderr}");
    assert!(!place.0.path().join("told").exists());

    // Any command of cargo's may be the first to find out.
    place.stand_in("cargo", NOT_INSTALLED);
    let stderr = fail(&mut place.build());
    assert!(stderr.contains("is not installed"), "{stderr}");
    assert!(
        stderr.contains("help: run `rustup toolchain install` in `.`"),
        "{stderr}"
    );
}
