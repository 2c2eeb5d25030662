//! The imports inside of the loader and the splitter go one way down, along the layers that ARCHITECTURE.md lists.

mod graph;
mod layers;

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use walkdir::WalkDir;
use wasm_cleave_tests::cargo::repository;

use graph::{Graph, Sources};
use layers::{Layers, Problem, circles};

/// All `.rs` files below a folder.
fn sources(folder: &Path) -> Result<Sources> {
    let mut sources = Sources::new();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let inner = path.strip_prefix(folder)?.to_string_lossy();
            sources.insert(inner.replace('\\', "/"), fs::read_to_string(path)?);
        }
    }
    Ok(sources)
}

fn imports_of(folder: &str, root: &str) -> Result<Graph> {
    graph::read(&sources(&repository().join(folder))?, root)
}

fn check(name: &str, folder: &str, graph: &Graph) -> Result<()> {
    let document = fs::read_to_string(repository().join("ARCHITECTURE.md"))?;
    let problems = Layers::parse(&document, name)?.check(graph);
    let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
    ensure!(
        problems.is_empty(),
        "the imports of {folder} do not go one way down:\n{}\nhelp: move what both need to a lower file; the layers \
         are listed in ARCHITECTURE.md",
        problems.join("\n")
    );
    Ok(())
}

#[test]
fn the_loader_goes_one_way_down() -> Result<()> {
    check(
        "the loader",
        "loader/src",
        &imports_of("loader/src", "lib.rs")?,
    )
}

/// A phase of the splitter is a module that runs its submodules, which use what it declares: so a module and its folder
/// count as one file there.
#[test]
fn the_phases_of_the_splitter_go_one_way_down() -> Result<()> {
    let graph = layers::with_folders_as_files(&imports_of("splitter/src", "lib.rs")?);
    check("the splitter", "splitter/src", &graph)
}

/// Sources, from pairs of a file and its text.
fn planted(files: &[(&str, &str)]) -> Result<Graph> {
    let sources = files
        .iter()
        .map(|&(file, text)| (file.to_owned(), text.to_owned()));
    graph::read(&sources.collect(), "lib.rs")
}

fn imports(graph: &Graph, file: &str) -> Vec<String> {
    graph[file].iter().cloned().collect()
}

const LAYERS: &str = "\
### Layers of a test

| layer | files |
| --- | --- |
| top | `lib.rs`, `a.rs` |
| middle | `b/` |
| bottom | `c.rs`, `b/low.rs` |
";

fn problems(files: &[(&str, &str)]) -> Result<Vec<String>> {
    let problems = Layers::parse(LAYERS, "a test")?.check(&planted(files)?);
    Ok(problems.iter().map(Problem::to_string).collect())
}

/// A crate with nothing wrong.
const GOOD: [(&str, &str); 5] = [
    ("lib.rs", "mod a; mod b; mod c;"),
    ("a.rs", "use crate::b::{self, f};"),
    ("b/mod.rs", "mod low; pub use low::f;"),
    ("b/low.rs", "use crate::c::g; pub fn f() {}"),
    (
        "c.rs",
        "pub fn g() {} #[cfg(test)] mod tests { use crate::a; }",
    ),
];

fn with(file: &str, text: &'static str) -> Vec<(&'static str, &'static str)> {
    let change = |&(name, old)| (name, if name == file { text } else { old });
    GOOD.iter().map(change).collect()
}

#[test]
fn what_goes_down_is_good() -> Result<()> {
    assert_eq!(problems(&GOOD)?, [""; 0]);
    Ok(())
}

#[test]
fn every_kind_of_path_is_an_import() -> Result<()> {
    for text in [
        "use crate::c::g;",
        "use crate::{b::low, c::{self, g}};",
        "use crate::c as other;",
        "use crate::c::*;",
        "use super::c::g;",
        "use super::{c};",
        "fn f() { crate::c::g() }",
        "fn f() { super::c::g() }",
        "fn f() { use crate::c; c::g() }",
        "fn f(_: crate::c::T<u8>) {}",
        "fn f() { println!(\"{}\", [crate::c::g()][0]) }",
        "impl crate::c::T for u8 {}",
        "const C: u8 = crate::c::C;",
    ] {
        let graph = planted(&with("a.rs", text))?;
        assert!(graph["a.rs"].contains("c.rs"), "{text}");
    }
    for text in [
        "",
        "use std::c::g;",
        "use ::c::g;",
        "#[test] fn f() { crate::c::g() }",
    ] {
        let graph = planted(&with("a.rs", text))?;
        assert!(!graph["a.rs"].contains("c.rs"), "{text}");
    }
    Ok(())
}

#[test]
fn a_module_under_two_names_is_found_under_both() -> Result<()> {
    let graph = planted(&[
        (
            "lib.rs",
            "mod a; mod x; mod y; #[cfg(p)] use x as z; #[cfg(not(p))] use y as z;",
        ),
        ("a.rs", "use crate::z::inner::f; fn g() { crate::z::h() }"),
        ("x/mod.rs", "pub mod inner;"),
        ("x/inner.rs", ""),
        ("y/mod.rs", "pub mod inner;"),
        ("y/inner.rs", ""),
    ])?;
    assert_eq!(
        imports(&graph, "a.rs"),
        ["x/inner.rs", "x/mod.rs", "y/inner.rs", "y/mod.rs"]
    );
    Ok(())
}

#[test]
fn what_is_of_another_crate_is_no_import() -> Result<()> {
    let graph = planted(&[
        (
            "lib.rs",
            "mod a; mod b; use outside::{self as o, n}; pub use b::f;",
        ),
        (
            "a.rs",
            "use crate::o::C; use crate::{n, n::D}; fn g() { crate::o::h() }",
        ),
        ("b.rs", "use crate::f;"),
    ])?;
    assert_eq!(imports(&graph, "a.rs"), [""; 0]);
    assert_eq!(
        imports(&graph, "b.rs"),
        ["lib.rs"],
        "this one passes on its own"
    );
    Ok(())
}

#[test]
fn a_circle_is_found() -> Result<()> {
    let found = problems(&with("c.rs", "fn g() { crate::b::low::f() }"))?;
    assert_eq!(found, ["a circle: b/low.rs → c.rs → b/low.rs"]);
    let found = problems(&with("b/low.rs", "use super::f;"))?;
    assert!(
        found.contains(&"a circle: b/low.rs → b/mod.rs → b/low.rs".to_owned()),
        "{found:?}"
    );
    Ok(())
}

#[test]
fn a_folder_can_count_as_one_file() -> Result<()> {
    let graph = planted(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "mod inner; pub use inner::f; use crate::b;"),
        ("a/inner.rs", "use super::f; use crate::c;"),
        ("b/mod.rs", ""),
        ("c.rs", "use crate::a::inner;"),
    ])?;
    assert_eq!(circles(&graph).len(), 1);
    let graph = layers::with_folders_as_files(&graph);
    assert_eq!(imports(&graph, "a/"), ["b/", "c.rs"]);
    assert_eq!(circles(&graph), [["a/", "c.rs"]]);
    Ok(())
}

#[test]
fn an_upward_import_is_found() -> Result<()> {
    let found = problems(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", ""),
        ("b/mod.rs", "mod low; use crate::a::f;"),
        ("b/low.rs", ""),
        ("c.rs", ""),
    ])?;
    assert_eq!(
        found,
        ["b/mod.rs (layer `middle`) imports a.rs (layer `top`), which is higher"]
    );
    Ok(())
}

#[test]
fn a_file_without_a_layer_and_a_layer_without_its_file_are_found() -> Result<()> {
    let found = problems(&[
        ("lib.rs", "mod a; mod b; mod d;"),
        ("a.rs", ""),
        ("b/mod.rs", ""),
        ("d.rs", ""),
    ])?;
    assert_eq!(
        found,
        [
            "d.rs is in no layer",
            "the layers list c.rs, which is not there",
            "the layers list b/low.rs, which is not there"
        ]
    );
    Ok(())
}
