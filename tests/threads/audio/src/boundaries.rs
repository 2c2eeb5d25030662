//! Where the engine, the network or the page does not play along.

use host::{check, is_split, log};
use wasm_bindgen::prelude::*;
use wasm_cleave::audio::{AudioErrorKind, NodeOptions, ProcessStatus, Worklet, from_fn};
use wasm_cleave::{split, wasm_split};

use crate::offline::{context, render, start};

#[wasm_bindgen(inline_js = "
const post = MessagePort.prototype.postMessage;
const Node = globalThis.AudioWorkletNode;
let sent = 0;
export function modulesSent() {
  return sent;
}
const hasModule = (message) => message?.module instanceof WebAssembly.Module && 'chunk' in message;
export function refuseModules(inMessages, inConstructors) {
  MessagePort.prototype.postMessage = function (message, ...rest) {
    if (inMessages && hasModule(message)) throw new DOMException('no modules', 'DataCloneError');
    if (hasModule(message)) sent += 1;
    return post.call(this, message, ...rest);
  };
  globalThis.AudioWorkletNode = class extends Node {
    constructor(context, name, options) {
      if (inConstructors && hasModule(options?.processorOptions)) throw new DOMException('no modules', 'DataCloneError');
      super(context, name, options);
    }
  };
}
export function isolate(is) {
  Object.defineProperty(globalThis, 'crossOriginIsolated', { value: is, configurable: true });
}
")]
extern "C" {
    #[wasm_bindgen(js_name = refuseModules)]
    fn refuse_modules(in_messages: bool, in_constructors: bool);

    /// How many modules the page has sent since the first call of `refuse_modules`.
    #[wasm_bindgen(js_name = modulesSent)]
    fn modules_sent() -> u32;

    fn isolate(is: bool);
}

#[wasm_split(by_constructor)]
fn by_constructor() -> fn(f32) -> f32 {
    |sample| sample * 0.5 + 0.125
}

#[wasm_split(by_bytes)]
fn by_bytes() -> fn(f32) -> f32 {
    |sample| sample * 0.25 + 0.5
}

#[wasm_split(unreliable)]
fn unreliable() -> fn(f32) -> f32 {
    |sample| sample + 0.75
}

#[wasm_split(too_late)]
fn too_late() -> u32 {
    std::hint::black_box(7)
}

#[wasm_split(unheard)]
fn unheard() -> u32 {
    std::hint::black_box(8)
}

pub async fn run() {
    modules_that_cannot_be_sent().await;
    failed_loads().await;
    pages_without_isolation().await;
    closed_contexts().await;
    closed_contexts_are_forgotten().await;
}

/// Renders one node that applies a function of a chunk to a constant, and tells the first sample.
async fn first_sample(worklet: &Worklet, function: fn(f32) -> f32) -> f32 {
    let apply = from_fn(move |_, outputs| {
        outputs[0].channel_mut(0).fill(function(0.5));
        ProcessStatus::KeepAlive
    });
    let options = NodeOptions::new().inputs(0).outputs(&[1]);
    let node = worklet.node(apply, &options).await.expect("a node");
    node.connect_with_audio_node(&worklet.context().destination())
        .expect("connects");
    render(worklet.context().unchecked_ref()).await[0]
}

async fn modules_that_cannot_be_sent() {
    refuse_modules(true, false);
    let (_, worklet) = start(0.1).await;
    let late = worklet.late_links();
    split!(by_constructor)
        .load_on(&worklet)
        .await
        .expect("loads");
    let sample = first_sample(&worklet, by_constructor().await.expect("is loaded")).await;
    log!("by constructor {sample}");

    refuse_modules(true, true);
    let (_, worklet) = start(0.1).await;
    split!(by_bytes).load_on(&worklet).await.expect("loads");
    let sample = first_sample(&worklet, by_bytes().await.expect("is loaded")).await;
    log!("by bytes {sample}");
    check!(worklet.late_links() == late);
    refuse_modules(false, false);
}

async fn failed_loads() {
    let (_, worklet) = start(0.1).await;
    host::fault("missing", 1).await;
    let failed = split!(unreliable).load_on(&worklet).await;
    check!(failed.is_err() == host::is_split());
    host::fault("none", 0).await;
    split!(unreliable)
        .load_on(&worklet)
        .await
        .expect("loads now");
    log!(
        "again {}",
        first_sample(&worklet, unreliable().await.expect("is loaded")).await
    );
}

async fn pages_without_isolation() {
    isolate(false);
    let error = Worklet::start(&context(0.1)).await.err();
    isolate(true);
    let error = error.expect("refuses");
    check!(error.kind() == AudioErrorKind::NotShared);
    log!("{error}");
}

/// Offline contexts are closed when they have rendered everything.
async fn closed_contexts() {
    let (context, worklet) = start(0.1).await;
    check!(too_late().try_now().is_ok() != is_split());
    let options = NodeOptions::new();
    let node = worklet
        .node(from_fn(|_, _| ProcessStatus::KeepAlive), &options)
        .await
        .expect("a node");
    render(&context).await;
    // It is told at once what will never be.
    let late = split!(too_late).load_on(&worklet).await;
    check!(late.is_ok() || is_split());
    check!(node.ended().await.is_ok());
    let refused = worklet
        .node(
            from_fn(|_, _| ProcessStatus::KeepAlive),
            &options.outputs(&[99]),
        )
        .await;
    check!(refused.err().map(|error| error.kind()) == Some(AudioErrorKind::Node));
}

/// Compiled chunks are sent to audio threads that run, and to no others.
async fn closed_contexts_are_forgotten() {
    let (_runs, _worklet) = start(0.1).await;
    let before = modules_sent();
    log!("unheard {}", unheard().await.expect("loads"));
    check!(modules_sent() - before == u32::from(is_split()));
}
