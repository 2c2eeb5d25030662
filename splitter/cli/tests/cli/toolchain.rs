//! What the toolchain lacks is installed before anything is compiled, by rustup, and only where that is allowed.
#![cfg(unix)]

use std::fs;

use crate::place::{Place, fail, succeed};

const ADD: &str = "target add wasm32-unknown-unknown --toolchain";

#[test]
fn rustup_is_not_started_where_nothing_is_missing() {
    let place = Place::new().with_target("1.95.0").naming("1.95.0");
    succeed(&mut place.run(&["build"]));
    assert_eq!(place.asked_of_rustup(), None);
}

#[test]
fn the_target_is_added_to_the_toolchain_that_the_program_uses() {
    let place = Place::new().bare("1.94.0").bare("mine").naming("1.94.0");
    let stderr = succeed(&mut place.run(&["build"]));
    assert_eq!(
        place.asked_of_rustup().unwrap(),
        [format!("{ADD} 1.94.0-host")]
    );
    let line = "Adding the standard library for wasm32-unknown-unknown to the toolchain \
                `1.94.0-host` with rustup\ninfo: downloading\n";
    assert!(stderr.contains(line), "{stderr}");
    assert!(place.package().join("dist/app_bg.wasm").is_file());

    // Said by the user, and not by an outer cargo.
    let mut build = place.run(&["build"]);
    succeed(build.env_remove("CARGO").env("RUSTUP_TOOLCHAIN", "mine"));
    let asked = place.asked_of_rustup().unwrap();
    assert_eq!(asked[1..], [format!("{ADD} mine-host")]);
}

#[test]
fn a_toolchain_that_is_missing_is_installed_as_its_file_says() {
    let place = Place::new().naming("1.94.0");
    let stderr = succeed(&mut place.run(&["build"]));
    assert_eq!(
        place.asked_of_rustup().unwrap(),
        [
            "toolchain install --no-self-update".to_string(),
            // The file does not name it, and nothing else has.
            format!("{ADD} 1.94.0-host"),
        ]
    );
    let line = "Installing the toolchain `1.94.0` with rustup\n";
    assert!(stderr.contains(line), "{stderr}");

    let place = Place::new();
    let mut build = place.run(&["build"]);
    succeed(build.env_remove("CARGO").env("RUSTUP_TOOLCHAIN", "mine"));
    let install = "toolchain install mine --profile minimal --target wasm32-unknown-unknown";
    let asked = place.asked_of_rustup().unwrap();
    assert_eq!(asked[0], format!("{install} --no-self-update"));
}

#[test]
fn nothing_is_installed_where_that_is_forbidden() {
    let place = Place::new().bare("1.94.0").naming("1.94.0");
    for command in ["build", "serve"] {
        for flag in ["--offline", "--frozen", "--no-install"] {
            let stderr = fail(&mut place.run(&[command, flag]));
            let what = format!(
                "error: the toolchain `1.94.0-host` lacks the standard library for \
                 wasm32-unknown-unknown, and {flag} forbids installing it\n  \
                 help: rustup {ADD} 1.94.0-host\n"
            );
            assert!(stderr.contains(&what), "{stderr}");
        }
    }
    let variable = "WASM_CLEAVE_NO_INSTALL";
    fail(place.run(&["build"]).env(variable, "1"));
    assert_eq!(place.asked_of_rustup().unwrap(), [""; 0]);
    assert_eq!(place.told(), None, "cargo has compiled something");
    succeed(place.run(&["build"]).env(variable, "0"));

    let place = Place::new().naming("1.94.0");
    let stderr = fail(&mut place.run(&["build", "--no-install"]));
    let what = "the toolchain `1.94.0` is not installed, and --no-install forbids";
    assert!(stderr.contains(what), "{stderr}");
    let help = "help: run `rustup toolchain install` in `/";
    assert!(stderr.contains(help), "{stderr}");
}

#[test]
fn without_rustup_it_is_said_what_to_install() {
    let place = Place::new().bare("1.94.0").naming("1.94.0");
    fs::remove_file(place.path("bin/rustup")).unwrap();
    let stderr = fail(&mut place.run(&["build"]));
    assert!(
        stderr.contains("1.94.0-host` lacks the standard library"),
        "{stderr}"
    );
    let help = "help: install rustup (https://rustup.rs), or the package of your distribution";
    assert!(stderr.contains(help), "{stderr}");
    assert_eq!(place.told(), None);

    let place = Place::new().with_target("1.94.0").naming("1.94.0");
    fs::remove_file(place.path("bin/rustup")).unwrap();
    succeed(&mut place.run(&["build"]));
}

#[test]
fn rustup_does_not_add_to_what_it_has_not_made() {
    let place = Place::new().bare("1.94.0").naming("1.94.0");
    let elsewhere = tempfile::tempdir().unwrap();
    fs::create_dir(elsewhere.path().join("toolchains")).unwrap();
    let rustup = fs::read_to_string(place.path("bin/rustup")).unwrap();
    let home = format!("echo \"{}\"", elsewhere.path().display());
    place.write("bin/rustup", &rustup.replace("echo \"$HERE\"", &home));
    let stderr = fail(&mut place.run(&["build"]));
    assert!(stderr.contains("it is not one of rustup's"), "{stderr}");
    assert_eq!(place.asked_of_rustup().unwrap(), [""; 0]);
}

#[test]
fn what_rustup_says_of_its_failure_is_passed_on() {
    let place = Place::new().bare("1.94.0").naming("1.94.0");
    let stderr = fail(place.run(&["build"]).env("NO_NETWORK", "1"));
    let (_, error) = stderr.split_once("error: rustup has failed").unwrap();
    assert!(error.contains("error: could not download\n"), "{stderr}");
    let help = format!("help: when that is settled: rustup {ADD} 1.94.0-host\n");
    assert!(error.contains(&help), "{stderr}");
}

#[test]
fn who_compiles_the_standard_library_needs_none() {
    let place = Place::new().bare("1.94.0").naming("1.94.0");
    let config = "[unstable]\nbuild-std = [\"core\"]\n";
    place.write("app/.cargo/config.toml", config);
    // This test's toolchain lacks the source, and a stable one would not look for it.
    place.run(&["build"]).output().unwrap();
    assert!(place.told().is_some());
    assert_eq!(place.asked_of_rustup(), None);

    succeed(place.run(&["build"]).env("STABLE", "1"));
    assert_eq!(
        place.asked_of_rustup().unwrap(),
        [format!("{ADD} 1.94.0-host")]
    );
}
