//! Which module each symbol goes to.

use crate::sketch::Sketch;

/// What to look at, the program, and its modules.
type Case = (&'static str, &'static str, &'static str);

fn check(request_cost: usize, cases: &[Case]) {
    for (what, program, expected) in cases {
        let lines = expected
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let expected: String = lines.map(|line| format!("{line}\n")).collect();
        let found = Sketch::new(program).show_partition(request_cost);
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn without_a_price_every_signature_is_a_chunk() {
    check(
        0,
        &[
            (
                "what two splits share has a chunk of its own",
                "main -> &f &g
                 split x = f
                 split y = g
                 f -> own shared
                 g -> shared
                 own
                 shared -> inner
                 inner",
                "main: main
                 chunk of x: f own
                 chunk of x and y: shared inner
                 chunk of y: g",
            ),
            (
                "what main reaches is main's, though splits reach it too",
                "main -> &f a
                 split x = f
                 f -> a b
                 a -> c
                 b -> c
                 c",
                "main: main a c
                 chunk of x: f b",
            ),
            (
                "data goes where the code goes that uses it",
                "main -> &f &g kept
                 split x = f
                 split y = g
                 f -> text both
                 g -> both
                 data kept
                 data text -> words
                 data words
                 data both -> &called
                 called",
                "main: main kept
                 chunk of x: f text words
                 chunk of x and y: called both
                 chunk of y: g",
            ),
            (
                "data that nothing uses stays in main with what it refers to, code that nothing uses is dropped",
                "main -> &f
                 split x = f
                 f -> a
                 a
                 unused
                 data table -> &a",
                "main: main a table
                 chunk of x: f
                 nowhere: unused",
            ),
            (
                "what is in the table without a reference is main's, with what it calls",
                "main -> &f
                 split x = f
                 f -> g h
                 g
                 h -> i
                 i
                 table h",
                "main: main h i
                 chunk of x: f g",
            ),
            (
                "a split that main calls directly is main's",
                "main -> f
                 split x = f
                 f -> a
                 a",
                "main: main f a",
            ),
            (
                "a split may load another one",
                "main -> &f
                 split x = f
                 split y = g
                 f -> &g
                 g",
                "main: main
                 chunk of x: f
                 chunk of y: g",
            ),
        ],
    );
}

#[test]
fn chunks_that_are_not_worth_a_request_are_merged() {
    check(
        20_000,
        &[
            (
                "a little that all splits share goes into main",
                "main -> &f &g
                 split x = f
                 split y = g
                 f: 300000 -> little
                 g: 300000 -> little
                 little: 100",
                "main: main little
                 chunk of x: f
                 chunk of y: g",
            ),
            (
                "much that they share stays a chunk",
                "main -> &f &g
                 split x = f
                 split y = g
                 f: 300000 -> much
                 g: 300000 -> much
                 much: 300000",
                "main: main
                 chunk of x: f
                 chunk of x and y: much
                 chunk of y: g",
            ),
            (
                "a small split loads with what it shares, and main does not take it with that",
                "main -> &f &g &h
                 split a = f
                 split b = g
                 split c = h
                 f: 300000 -> shared
                 g: 230000
                 h: 6700 -> shared
                 shared: 50000",
                "main: main
                 chunk of a: f
                 chunk of a and c: h shared
                 chunk of b: g",
            ),
            (
                "what one split needs never goes into main, however small",
                "main -> &f &g
                 split x = f
                 split y = g
                 f: 10
                 g: 10",
                "main: main
                 chunk of x: f
                 chunk of y: g",
            ),
        ],
    );
}
