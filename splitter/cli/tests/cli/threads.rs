//! `--threads`: which toolchain is asked for what.
#![cfg(unix)]

use std::fs;
use std::process::Command;

use crate::place::{Place, fail, succeed};

const NIGHTLY: &str = "nightly-2026-05-20";

/// A place with the toolchain for threads.
fn place() -> Place {
    // Cargo's metadata are of the package's own toolchain.
    Place::new().with_source(NIGHTLY).bare("of-the-outer-cargo")
}

fn build(place: &Place) -> Command {
    place.run(&["build", "--threads"])
}

#[test]
fn a_nightly_compiles_the_standard_library_and_links_a_shared_memory() {
    let place = place();
    succeed(build(&place).args(["--max-memory", "128MiB"]));
    let told = place.told().unwrap();
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

    succeed(&mut build(&place));
    let max_memory = "-Clink-arg=--max-memory=1073741824".to_string();
    assert!(place.told().unwrap().contains(&max_memory));
}

#[test]
fn the_users_own_rustflags_stay_beside_those_for_threads() {
    let place = place();
    let lib = place.package().join("src/lib.rs");
    let source = fs::read_to_string(&lib).unwrap();
    let check = "\n#[cfg(not(target_feature = \"atomics\"))]\ncompile_error!(\"not for threads\");\n\
                 #[cfg(not(mine))]\ncompile_error!(\"the user's flags are lost\");\n";
    fs::write(&lib, source + check).unwrap();

    let stderr = fail(&mut build(&place));
    assert!(stderr.contains("flags are lost"), "{stderr}");
    assert!(!stderr.contains("not for threads"), "{stderr}");
    for name in [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
    ] {
        succeed(build(&place).env(name, "--cfg=mine"));
    }
    for text in [
        "[build]\nrustflags = [\"--cfg=mine\"]\n",
        "[target.wasm32-unknown-unknown]\nrustflags = \"--cfg=mine\"\n",
        "[target.'cfg(target_family = \"wasm\")']\nrustflags = [\"--cfg=mine\"]\n",
        "[target.'cfg(unix)']\nrustflags = [\"-Zno\"]\n[build]\nrustflags = \"--cfg mine\"\n",
    ] {
        place.write("app/.cargo/config.toml", text);
        succeed(&mut build(&place));
    }
}

#[test]
fn the_packages_own_nightly_is_used_and_its_own_stable_is_not() {
    for (channel, expected) in [
        // Nothing is set, so that rustup reads the file.
        ("nightly-2026-01-02", "toolchain="),
        ("1.95.0", "toolchain=nightly-2026-05-20"),
    ] {
        let place = place().with_source(channel).naming(channel);
        succeed(&mut build(&place));
        assert_eq!(place.told().unwrap()[0], expected);
    }
    // Said by the user, and not by an outer cargo.
    let place = place().with_source("nightly-2026-02-03").bare("stable");
    let user = |name| {
        let mut build = build(&place);
        build.env_remove("CARGO").env("RUSTUP_TOOLCHAIN", name);
        succeed(&mut build);
        place.told().unwrap().swap_remove(0)
    };
    assert_eq!(user("nightly-2026-02-03"), "toolchain=nightly-2026-02-03");
    assert_eq!(user("stable"), format!("toolchain={NIGHTLY}"));
    assert_eq!(place.asked_of_rustup(), None);
}

#[test]
fn what_is_missing_is_installed() {
    let place = Place::new().bare("of-the-outer-cargo");
    let install = format!("toolchain install {NIGHTLY} --profile minimal --component rust-src");
    let add = format!("component add rust-src --toolchain {NIGHTLY}-host");
    let stderr = fail(build(&place).arg("--no-install"));
    assert!(
        stderr.contains(&format!("the toolchain `{NIGHTLY}` is not installed")),
        "{stderr}"
    );
    assert!(
        stderr.contains(&format!("help: rustup {install}\n")),
        "{stderr}"
    );

    // The stand-in does not install components.
    succeed(&mut build(&place));
    assert_eq!(
        place.asked_of_rustup().unwrap(),
        [format!("{install} --no-self-update"), add]
    );
}

#[test]
fn the_source_is_added_to_the_packages_own_nightly() {
    let channel = "nightly-2026-01-02";
    let place = Place::new().bare(channel).naming(channel);
    let stderr = fail(build(&place).arg("--offline"));
    assert!(
        stderr.contains("lacks the source of the standard library, and --offline"),
        "{stderr}"
    );
    let stderr = succeed(&mut build(&place));
    assert_eq!(
        place.asked_of_rustup().unwrap(),
        [format!("component add rust-src --toolchain {channel}-host")]
    );
    let line = "Adding the source of the standard library to the toolchain";
    assert!(stderr.contains(line), "{stderr}");
}
