//! Compares the fields of messages that the scripts read and write with those that the contract names.

use std::collections::BTreeSet;

use wasm_cleave_contract::messages::{
    AUDIO_ANSWER_FIELDS, AUDIO_REQUEST_FIELDS, PROCESSOR_FIELDS, ROOM_FIELDS, THREAD_FIELDS,
};

const BEGIN: &str = include_str!("begin.js");
const NODEJS_THREADS: &str = include_str!("nodejs_threads.js");
const PROCESSOR: &str = include_str!("web_processor.js");
const THREADS: &str = include_str!("threads.js");
const WORKER: &str = include_str!("worker.js");
const WORKLET: &str = include_str!("web_worklet.js");

/// In which scripts a message is read or written, after which words its fields stand there, and the fields.
const MESSAGES: [(&[&str], &[&str], &[&str]); 5] = [
    (
        &[BEGIN, NODEJS_THREADS, THREADS, WORKER],
        &["begin({", "start."],
        THREAD_FIELDS,
    ),
    (&[BEGIN, WORKLET], &["room."], ROOM_FIELDS),
    (&[WORKLET], &["obey({"], AUDIO_REQUEST_FIELDS),
    (&[WORKLET], &["postMessage({"], AUDIO_ANSWER_FIELDS),
    (&[PROCESSOR], &["processorOptions: {"], PROCESSOR_FIELDS),
];

/// The names after some words: of one member, or where the words end with a brace, of all members up to the other one.
fn names_after<'a>(script: &'a str, words: &str) -> Vec<&'a str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut names = Vec::new();
    for (at, _) in script.match_indices(words) {
        if script[..at].ends_with(is_part) && words.ends_with('.') {
            continue;
        }
        let rest = &script[at + words.len()..];
        let members = match words.ends_with('{') {
            true => rest.split_once('}').map_or(rest, |(members, _)| members),
            false => rest
                .split_once(|c| !is_part(c))
                .map_or(rest, |(member, _)| member),
        };
        names.extend(members.split(',').map(|member| {
            let (name, _value) = member.split_once(':').unwrap_or((member, ""));
            name.trim()
        }));
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn the_scripts_have_the_fields_of_the_contract() {
    for (scripts, words, fields) in MESSAGES {
        let pairs = scripts
            .iter()
            .flat_map(|script| words.iter().map(move |words| (script, words)));
        let found: BTreeSet<&str> = pairs
            .flat_map(|(script, words)| names_after(script, words))
            .collect();
        let named: BTreeSet<&str> = fields.iter().copied().collect();
        assert_eq!(found, named, "after {words:?}");
    }
}

#[test]
fn names_are_found_after_words() {
    let script = "f({ a, b: c }); it.d = it?.e + it.f.g; commit.h; // That is it.\n";
    assert_eq!(names_after(script, "f({"), ["a", "b"]);
    assert_eq!(names_after(script, "it."), ["d", "f"]);
}
