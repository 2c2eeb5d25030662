//! How modules reach each other.

use insta::assert_snapshot;

use super::Base36;
use crate::sketch::Sketch;

fn show(text: &'static str) -> String {
    Sketch::new(text).show_plan()
}

#[test]
fn a_chunk_imports_what_main_has() {
    let plan = show(
        "
        main -> &f a
        a
        b -> a
        split x = f
        f -> a b
        ",
    );
    assert_snapshot!(plan, @r"
    main
      exports a as $0
      main calls a directly
    chunk of x
      fills slot 1 with f
      b calls a as an import
      f calls a as an import
      f calls b directly
    ");
}

#[test]
fn what_wasm_bindgen_replaces_has_a_wrapper() {
    let plan = show(
        "
        main -> &f
        import log
        split x = f
        f -> log described reader
        described -> describe
        reader -> manifest
        ",
    );
    assert_snapshot!(plan, @r"
    main
      exports log in a wrapper as $0
      exports described in a wrapper as $1
      exports reader as $2
      described calls describe as an import
    chunk of x
      fills slot 1 with f
      f calls log as an import
      f calls described as an import
      f calls reader as an import
    ");
}

#[test]
fn chunks_call_each_other_through_slots_after_the_linkers() {
    let plan = show(
        "
        main -> &f &g
        split x = f
        split y = g
        f -> shared own
        g -> shared
        own
        shared -> d
        data d
        data e -> &main
        ",
    );
    assert_snapshot!(plan, @r"
    main
      fills slot 3 with main
      carries e
    chunk of x
      fills slot 1 with f
      f calls shared through slot 4
      f calls own directly
    chunk of x and y
      fills slot 4 with shared
      carries d
    chunk of y
      fills slot 2 with g
      g calls shared through slot 4
    ");
}

#[test]
fn short_names_differ() {
    let names = [0, 35, 36, 1295, 1296].map(|number| Base36(number).to_string());
    assert_eq!(names, ["0", "z", "10", "zz", "100"]);
}
