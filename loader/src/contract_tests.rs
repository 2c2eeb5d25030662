//! Holds the literals in the bindings of threads and audio against the contract.

use crate::contract::{
    AUDIO_FAIL, AUDIO_LINK, AUDIO_PROCESS, AUDIO_START, ENV_FILE, ENV_WORKER, ENV_WORKLET,
    THREAD_RUN,
};

#[test]
fn the_literals_of_threads_are_those_of_the_contract() {
    let bindings = include_str!("threads/js.rs");
    let start = include_str!("threads/start.rs");
    assert!(bindings.contains(&format!("raw_module = \"./{ENV_FILE}\"")));
    assert!(bindings.contains(&format!("fn {ENV_WORKER}(")));
    assert!(start.contains(&format!("js_name = {THREAD_RUN},")));
}

#[test]
fn the_literals_of_audio_are_those_of_the_contract() {
    let bindings = include_str!("audio/js.rs");
    let thread = include_str!("audio/thread.rs");
    assert!(bindings.contains(&format!("raw_module = \"./{ENV_FILE}\"")));
    assert!(bindings.contains(&format!("fn {ENV_WORKLET}(")));
    for name in [AUDIO_START, AUDIO_LINK, AUDIO_FAIL, AUDIO_PROCESS] {
        assert!(thread.contains(&format!("js_name = {name},")));
    }
}
