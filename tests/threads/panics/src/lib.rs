//! What a processor says, on an audio thread that has no TextDecoder: lines for the console, and the message of a panic.

use host::{check, log};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_cleave::audio::{
    AudioErrorKind, Node, NodeOptions, ProcessStatus, Processor, Worklet, from_fn,
};
use web_sys::{OfflineAudioContext, console};

const RATE: f32 = 48_000.0;
const BLOCKS: u32 = 10;

#[wasm_bindgen(inline_js = "
const script = `
for (const name of ['TextDecoder', 'TextEncoder']) delete globalThis[name];
registerProcessor('listens', class extends AudioWorkletProcessor {
  constructor() {
    super();
    for (const level of ['log', 'error']) {
      console[level] = (...words) => this.port.postMessage(level + ' ' + words.join(' '));
    }
    this.port.postMessage(typeof TextDecoder + ' ' + typeof TextEncoder);
  }
  process() {}
});`;
const lines = [];
export async function listen(context) {
  await context.audioWorklet.addModule(`data:text/javascript,${encodeURIComponent(script)}`);
  const { port } = new AudioWorkletNode(context, 'listens');
  const { data } = await new Promise((resolve) => (port.onmessage = resolve));
  if (data !== 'undefined undefined') throw new Error(data);
  port.onmessage = ({ data }) => lines.push(data);
}
export function heard() {
  return lines.shift();
}
")]
extern "C" {
    /// Takes away from the audio thread what most engines do not have there anyway, and listens to its console.
    #[wasm_bindgen(catch)]
    async fn listen(context: &OfflineAudioContext) -> Result<(), JsValue>;

    fn heard() -> Option<String>;
}

#[wasm_bindgen]
pub async fn run() {
    console_error_panic_hook::set_once();
    lines().await;
    panics().await;
    traps().await;
    log!("all right");
}

/// The next line of the audio thread's console.
async fn line() -> String {
    for _ in 0..500 {
        if let Some(line) = heard() {
            return line;
        }
        host::sleep(10).await;
    }
    String::from("WRONG nothing is heard")
}

async fn play<P: Processor>(processor: P) -> (Node<P>, Vec<f32>) {
    let context = OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(
        1,
        BLOCKS * 128,
        RATE,
    );
    let context = context.expect("a context");
    listen(&context).await.expect("runs a script");
    let worklet = Worklet::start(&context).await.expect("starts");
    let options = NodeOptions::new().inputs(0).outputs(&[1]);
    let node = worklet.node(processor, &options).await.expect("a node");
    node.connect_with_audio_node(&context.destination())
        .expect("connects");
    let rendering = context.start_rendering().expect("starts once");
    let buffer = JsFuture::from(rendering.unchecked_into::<js_sys::Promise>()).await;
    let buffer: web_sys::AudioBuffer = buffer.expect("renders").unchecked_into();
    (node, buffer.get_channel_data(0).expect("one channel"))
}

/// A line does not end the processor.
async fn lines() {
    let mut block = 0;
    let (node, samples) = play(from_fn(move |_, outputs| {
        block += 1;
        outputs[0].channel_mut(0).fill(0.5);
        if block == 3 {
            console::log_1(&format!("block {block} – größer als 🎵").into());
        }
        ProcessStatus::KeepAlive
    }))
    .await;
    log!("{}", line().await);
    check!(samples.iter().all(|&sample| sample == 0.5));
    check!(node.ended().await.is_ok());
}

/// What a panic says, and where it was, is in the node's error and on the console.
async fn panics() {
    const LINE: u32 = line!() + 5;
    let mut block = 0;
    let (node, _) = play(from_fn(move |_, outputs| {
        block += 1;
        if block == 3 {
            panic!("as it should – 🎵");
        }
        outputs[0].channel_mut(0).fill(0.5);
        ProcessStatus::KeepAlive
    }))
    .await;
    let error = node.ended().await.expect_err("it panicked");
    check!(error.kind() == AudioErrorKind::Processor);
    let place = format!("panics/src/lib.rs:{LINE}:");
    let error = error.to_string();
    check!(error.contains(&place) && error.contains("as it should – 🎵"));
    let line = line().await;
    check!(line.starts_with("error panicked at ") && line.contains(&place));
    check!(line.contains("as it should – 🎵"));
    log!("{}", error.replace(&place, "PLACE:"));
}

/// What is no panic is called what the engine calls it, also after a panic elsewhere.
async fn traps() {
    let (node, _) = play(from_fn(move |_, _| -> ProcessStatus {
        core::arch::wasm32::unreachable()
    }))
    .await;
    let error = node.ended().await.expect_err("it trapped").to_string();
    check!(error.starts_with("the audio processor has failed: RuntimeError"));
    check!(heard().is_none());
}
