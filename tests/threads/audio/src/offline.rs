//! Rendering without a sound card: a context, what happens in the middle of it, and a digest of the samples.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use wasm_cleave::audio::Worklet;
use web_sys::{AudioBuffer, OfflineAudioContext};

use crate::effects::RATE;

/// A context of one channel that renders so many seconds.
pub fn context(seconds: f32) -> OfflineAudioContext {
    let frames = (RATE * seconds) as u32;
    OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(1, frames, RATE)
        .expect("a context")
}

/// The program on the audio thread of a new context of one channel that renders so many seconds.
pub async fn start(seconds: f32) -> (OfflineAudioContext, Worklet) {
    let context = context(seconds);
    forget_strings(&context).await.expect("runs a script");
    let worklet = Worklet::start(&context).await.expect("starts");
    (context, worklet)
}

#[wasm_bindgen(inline_js = "
const script = `
for (const name of ['TextDecoder', 'TextEncoder']) delete globalThis[name];
registerProcessor('scope', class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.port.postMessage(typeof TextDecoder + ' ' + typeof TextEncoder);
  }
  process() {}
});`;
export async function forgetStrings(context) {
  await context.audioWorklet.addModule(`data:text/javascript,${encodeURIComponent(script)}`);
  const { port } = new AudioWorkletNode(context, 'scope');
  const { data } = await new Promise((resolve) => (port.onmessage = resolve));
  if (data !== 'undefined undefined') throw new Error(data);
}
")]
extern "C" {
    /// Takes away from the audio thread what most engines do not have there anyway.
    #[wasm_bindgen(catch, js_name = forgetStrings)]
    async fn forget_strings(context: &OfflineAudioContext) -> Result<(), JsValue>;
}

/// Renders all of it.
pub async fn render(context: &OfflineAudioContext) -> Vec<f32> {
    let rendering = context.start_rendering().expect("starts once");
    let buffer = JsFuture::from(rendering.unchecked_into::<Promise>()).await;
    let buffer: AudioBuffer = buffer.expect("renders").unchecked_into();
    buffer.get_channel_data(0).expect("one channel")
}

/// Whether the engine can stop rendering in the middle.
pub fn can_suspend(context: &OfflineAudioContext) -> bool {
    Reflect::has(context, &"suspend".into()).expect("an object")
}

/// Does something when this second has been rendered, before what follows. To be called before rendering starts.
pub fn at(context: &OfflineAudioContext, second: f64, act: impl Future<Output = ()> + 'static) {
    let suspend: Function = Reflect::get(context, &"suspend".into())
        .expect("an object")
        .unchecked_into();
    let suspended: Promise = suspend
        .call1(context, &second.into())
        .expect("a time within the rendering")
        .unchecked_into();
    let context = context.clone();
    spawn_local(async move {
        JsFuture::from(suspended).await.expect("suspends");
        act.await;
        let _ = context.resume().expect("resumes");
    });
}

/// A number for all bits of all samples (FNV-1a).
pub fn digest(samples: &[f32]) -> u64 {
    let bytes = samples
        .iter()
        .flat_map(|sample| sample.to_bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// What the transcript says of samples: how many, how loud, and their digest.
pub fn summary(samples: &[f32]) -> String {
    let most = samples
        .iter()
        .fold(0.0_f32, |most, sample| most.max(sample.abs()));
    format!(
        "{} frames, peak {most}, {:016x}",
        samples.len(),
        digest(samples)
    )
}
