//! Half a minute of sound in real time, while twenty chunks with an effect each come to the audio thread, one by one.
//!
//! What it says of time is measured with a clock in shared memory, which a thread of its own keeps: audio threads have
//! none.

#![feature(stdarch_wasm_atomic_wait)]

mod clock;
mod effects;
mod rack;

use std::sync::atomic::Ordering::Relaxed;

use host::{check, is_split, log};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_cleave::audio::{CountAllocations, Node, NodeOptions, Worklet};
use web_sys::{AudioContext, AudioContextState};

use crate::effects::EFFECTS;
use crate::rack::Rack;

#[global_allocator]
static ALLOCATOR: CountAllocations = CountAllocations::new(std::alloc::System);

/// How long it plays before the first chunk comes, and after each of them, in milliseconds.
const QUIET: u32 = 6_000;
const PAUSE: u32 = 1_500;

/// What was measured, for who runs the program.
#[wasm_bindgen(inline_js = "export const report = (text) => { globalThis.report = text; };")]
extern "C" {
    fn report(text: &str);
}

#[wasm_bindgen]
pub async fn run() {
    let clock = clock::start().await;
    let context = AudioContext::new().expect("a context");
    clock::time_messages(&context).await;
    let worklet = Worklet::start(&context).await.expect("starts");
    let node = worklet
        .node(Rack::new(), &NodeOptions::new().inputs(0).outputs(&[1]))
        .await
        .expect("a node");
    node.connect_with_audio_node(&context.destination())
        .expect("connects");
    let resumed = context.resume().expect("resumes");
    JsFuture::from(resumed.unchecked_into::<js_sys::Promise>())
        .await
        .expect("runs");
    // What happens once, at the start, is not what this is about.
    host::sleep(1000).await;
    rack::times(&node).await;

    host::sleep(QUIET).await;
    let quiet = rack::times(&node).await;
    clock::MESSAGES.reset();
    load_all(&worklet, &node).await;
    let loading = rack::times(&node).await;

    check!(quiet.blocks > 1000 && loading.blocks > 1000);
    check!(loading.effects == EFFECTS.len() as u32);
    check!(worklet.late_links() == 0);
    check!(CountAllocations::count() == 0);
    check!(context.state() == AudioContextState::Running);
    if is_split() {
        let messages = clock::MESSAGES.count.load(Relaxed);
        check!(messages >= EFFECTS.len() as u32);
    }
    report(&format!(
        r#"{{"quietGap":{},"loadingGap":{},"quietLate":{},"loadingLate":{},"blocks":{},"longestMessage":{},"messages":{},"messageTime":{}}}"#,
        quiet.longest_gap,
        loading.longest_gap,
        quiet.late,
        loading.late,
        loading.blocks,
        clock::MESSAGES.longest.load(Relaxed),
        clock::MESSAGES.count.load(Relaxed),
        clock::MESSAGES.sum.load(Relaxed),
    ));
    drop(node);
    for _ in 0..200 {
        if rack::DROPPED.load(Relaxed) {
            break;
        }
        host::sleep(10).await;
    }
    check!(rack::DROPPED.load(Relaxed));
    clock.terminate();
    log!("all right");
}

async fn load_all(worklet: &Worklet, node: &Node<Rack>) {
    for effect in EFFECTS {
        (effect.load_on)(worklet.clone()).await;
        let made = (effect.make)().await;
        check!(node.send(rack::Command::Add(Some(made))).is_ok());
        host::sleep(PAUSE).await;
    }
}
