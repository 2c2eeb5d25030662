//! A package, and stand-ins for `cargo`, `rustc` and `rustup` that build it: they behave as if the toolchains were
//! there that a test wants, write down what they are told, and let the toolchain of this test do the work.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::program::{package, tool};

/// Which toolchain rustup would take. Rustup's answers to a toolchain that is not there.
const CHOICE: &str = r#"#!/bin/sh
name=${RUSTUP_TOOLCHAIN:-$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml 2>/dev/null)}
name=${name:-default}-host
toolchain=$HERE/toolchains/$name
installed() {
    [ -d "$toolchain" ] && return
    echo "error: toolchain '$name' is not installed" >&2
    exit 1
}
"#;

/// Compiles with atomics, but links no shared memory: a stable toolchain can do so much.
const CARGO: &str = r#"
installed
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
[ -z "$STABLE" ] && export RUSTC_BOOTSTRAP=1
RUSTC="$REAL_RUSTC" exec "$REAL_CARGO" "$@"
"#;

const RUSTC: &str = r#"
installed
if [ "$2 $4" = "sysroot target-libdir" ]; then
    shift 4
    echo "$toolchain"
    echo "$toolchain/lib/rustlib/wasm32-unknown-unknown/lib"
fi
exec "$REAL_RUSTC" "$@"
"#;

const RUSTUP: &str = r#"
echo "$*" >> "$HERE/rustup"
case "$1 $2" in
    --version*) ;;
    "show home") echo "$HERE" ;;
    "which rustc") installed ;;
    *)
        echo "info: downloading" >&2
        if [ -n "$NO_NETWORK" ]; then
            echo "error: could not download" >&2
            exit 1
        fi
        ;;
esac
case "$1 $2" in
    "toolchain install") mkdir -p "$toolchain" ;;
    "target add") mkdir -p "$HERE/toolchains/$5/lib/rustlib/$3/lib" ;;
    "component add")
        source=$HERE/toolchains/$5/lib/rustlib/src/rust/library
        mkdir -p "$source" && touch "$source/Cargo.lock" ;;
esac
"#;

/// A folder with the package `app` and the stand-ins. Has no toolchain at first.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        let place = Place(tempfile::tempdir().unwrap());
        package(&place.package(), "app");
        fs::create_dir(place.path("toolchains")).unwrap();
        for (name, script) in [("cargo", CARGO), ("rustc", RUSTC), ("rustup", RUSTUP)] {
            let name = format!("bin/{name}");
            place.write(&name, &format!("{CHOICE}{script}"));
            fs::set_permissions(place.path(&name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn package(&self) -> PathBuf {
        self.path("app")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Has a toolchain without any target but its own.
    pub(crate) fn bare(self, name: &str) -> Self {
        fs::create_dir_all(self.path(&format!("toolchains/{name}-host"))).unwrap();
        self
    }

    /// Has a toolchain with the target.
    pub(crate) fn with_target(self, name: &str) -> Self {
        let target = "lib/rustlib/wasm32-unknown-unknown/lib";
        fs::create_dir_all(self.path(&format!("toolchains/{name}-host/{target}"))).unwrap();
        self
    }

    /// Has a toolchain with the source of the standard library.
    pub(crate) fn with_source(self, name: &str) -> Self {
        let file = "lib/rustlib/src/rust/library/Cargo.lock";
        self.write(&format!("toolchains/{name}-host/{file}"), "");
        self
    }

    /// The package names a toolchain.
    pub(crate) fn naming(self, channel: &str) -> Self {
        let text = format!("[toolchain]\nchannel = \"{channel}\"\n");
        self.write("app/rust-toolchain.toml", &text);
        self
    }

    /// A command of wasm-cleave's in the package, as it would run from this test's cargo.
    pub(crate) fn run(&self, arguments: &[&str]) -> Command {
        let cargo = Path::new(env!("CARGO"));
        let mut command = tool();
        command
            .args(arguments)
            .current_dir(self.package())
            .env("PATH", self.search_path())
            .env("HERE", self.0.path())
            .env("REAL_CARGO", cargo)
            .env("REAL_RUSTC", cargo.with_file_name("rustc"))
            // What a test that is started by cargo has around it.
            .env("CARGO", cargo)
            .env("RUSTUP_TOOLCHAIN", "of-the-outer-cargo");
        command
    }

    /// The stand-ins and what a linker needs, but no rustup of this machine's own.
    pub(crate) fn search_path(&self) -> String {
        format!("{}:/usr/bin:/bin", self.path("bin").display())
    }

    /// What `cargo rustc` was told, if it was started.
    pub(crate) fn told(&self) -> Option<Vec<String>> {
        let told = fs::read_to_string(self.path("told")).ok()?;
        Some(told.lines().map(String::from).collect())
    }

    /// What rustup was asked to do; `None` if it was never started.
    pub(crate) fn asked_of_rustup(&self) -> Option<Vec<String>> {
        let asked = fs::read_to_string(self.path("rustup")).ok()?;
        let changes = asked.lines().filter(|line| {
            let only_asks = ["--version", "show", "which"];
            !only_asks.iter().any(|word| line.starts_with(word))
        });
        Some(changes.map(String::from).collect())
    }
}

/// Runs a command that has to succeed; returns its stderr.
pub(crate) fn succeed(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    assert!(status.success(), "{stderr}");
    stderr
}

/// Runs a command that has to fail because of its input; returns its stderr.
pub(crate) fn fail(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    stderr
}
