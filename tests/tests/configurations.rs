//! One program built in many configurations of the compiler: split and whole say the same in Node.
//!
//! Every value of every setting occurs, and the pairs that have made trouble elsewhere.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Result, bail, ensure};
use libtest_mimic::{Arguments, Trial};
use wasm_cleave_splitter::Target;
use wasm_cleave_tests::cargo::{Settings, build_fixtures};
use wasm_cleave_tests::node;
use wasm_cleave_tests::program::{Shape, prepare};

/// opt-level, LTO, codegen units, strip, debug information.
const CONFIGURATIONS: [[&str; 5]; 9] = [
    ["0", "off", "16", "none", "0"],
    ["0", "fat", "1", "symbols", "0"],
    ["1", "thin", "16", "none", "2"],
    ["2", "thin", "1", "symbols", "0"],
    ["3", "off", "1", "symbols", "2"],
    ["3", "fat", "16", "none", "line-tables-only"],
    ["s", "thin", "1", "none", "0"],
    ["s", "fat", "1", "none", "2"],
    ["z", "fat", "1", "symbols", "0"],
];

/// Cargo puts the linked module of every configuration at the same place, so they are built one after the other.
static BUILDING: Mutex<()> = Mutex::new(());

fn runs_alike([opt, lto, units, strip, debug]: [&'static str; 5], name: &str) -> Result<()> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = scratch.join("configurations").join(name);
    fs::create_dir_all(&folder)?;
    let linked = folder.join("linked.wasm");
    {
        let _building = BUILDING.lock();
        let settings = Settings {
            profile: vec![
                ("OPT_LEVEL", opt),
                ("LTO", lto),
                ("CODEGEN_UNITS", units),
                ("STRIP", strip),
                ("DEBUG", debug),
            ],
        };
        let modules = build_fixtures(scratch, &settings, &["everything"])?;
        fs::copy(&modules["everything"], &linked)?;
    }
    let split = prepare(&linked, &folder.join("split"), Shape::Split, Target::NodeJs)?;
    let whole = prepare(&linked, &folder.join("whole"), Shape::Whole, Target::NodeJs)?;
    ensure!(
        split.chunks().len() >= 8,
        "only {} chunks",
        split.chunks().len()
    );
    let (said, expected) = (node::run(&split)?, node::run(&whole)?);
    ensure!(
        expected.lines().count() >= 12,
        "the unsplit program said only\n{expected}"
    );
    match said.difference(&expected) {
        Some(difference) => bail!("the transcripts differ: {difference}"),
        None => Ok(()),
    }
}

fn main() {
    let trials = CONFIGURATIONS.map(|values| {
        let [opt, lto, units, strip, debug] = values;
        let name = format!("opt-{opt}-lto-{lto}-units-{units}-strip-{strip}-debug-{debug}");
        Trial::test(format!("configuration::{name}"), move || {
            runs_alike(values, &name).map_err(|error| format!("{error:#}").into())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit();
}
