//! What of a program is a root, and what an edge.

use insta::assert_snapshot;

use crate::sketch::Sketch;

fn show(text: &'static str) -> String {
    Sketch::new(text).show_graph()
}

#[test]
fn the_address_of_an_entry_is_no_edge() {
    let graph = show(
        "
        main -> a &f &b
        a -> d log
        b
        split x = f
        f -> a b
        data d -> &b &f e
        data e
        import log
        ",
    );
    assert_snapshot!(graph, @r"
    roots: log main
    main -> a b
    a -> d
    f -> a b
    d -> b e
    ");
}

#[test]
fn what_is_only_in_the_table_is_a_root() {
    let graph = show(
        "
        main
        split x = f
        f -> &g
        g
        h -> g
        table h
        ",
    );
    assert_snapshot!(graph, @r"
    roots: main h
    f -> g
    h -> g
    ");
}

#[test]
fn what_wasm_bindgen_interprets_and_what_reads_the_manifest_are_roots() {
    let graph = show(
        "
        main
        split x = f
        f -> described reader
        described -> describe
        reader -> manifest
        ",
    );
    assert_snapshot!(graph, @r"
    roots: describe main described reader
    f -> described reader
    ");
}
