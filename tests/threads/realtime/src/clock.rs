//! A clock in shared memory, in microseconds, and how long the audio thread is at messages.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use core::arch::wasm32::memory_atomic_wait32;
use wasm_bindgen::prelude::*;
use wasm_cleave::threads::{self, JoinHandle};
use web_sys::BaseAudioContext;

/// How long the clock's thread sleeps between two looks at the time, in nanoseconds.
const STEP: i64 = 20_000;

static NOW: AtomicU32 = AtomicU32::new(0);

pub fn now() -> u32 {
    NOW.load(Relaxed)
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn milliseconds() -> f64;
}

/// Starts the clock, and waits until it goes.
pub async fn start() -> JoinHandle<()> {
    let thread = threads::spawn(|| {
        let nobody = AtomicU32::new(0);
        loop {
            NOW.store((milliseconds() * 1000.0) as u64 as u32, Relaxed);
            // SAFETY: the word is there and aligned.
            unsafe { memory_atomic_wait32(nobody.as_ptr().cast(), 0, STEP) };
        }
    });
    while now() == 0 {
        host::sleep(1).await;
    }
    thread.expect("a thread")
}

/// What the listeners to messages take of the audio thread's time, in microseconds.
pub struct Messages {
    pub count: AtomicU32,
    pub longest: AtomicU32,
    pub sum: AtomicU32,
}

pub static MESSAGES: Messages = Messages {
    count: AtomicU32::new(0),
    longest: AtomicU32::new(0),
    sum: AtomicU32::new(0),
};

impl Messages {
    pub fn reset(&self) {
        for word in [&self.count, &self.longest, &self.sum] {
            word.store(0, Relaxed);
        }
    }
}

#[wasm_bindgen(inline_js = "
const script = `
registerProcessor('timer', class extends AudioWorkletProcessor {
  constructor({ processorOptions: { memory, now, places } }) {
    super();
    const word = (address) => new Uint32Array(memory.buffer, address, 1);
    const [clock, [count, longest, sum]] = [word(now), Array.from(places, word)];
    const listener = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
    Object.defineProperty(MessagePort.prototype, 'onmessage', {
      ...listener,
      set(listen) {
        listener.set.call(this, (event) => {
          const begun = clock[0];
          listen(event);
          const time = clock[0] - begun;
          count[0] += 1;
          sum[0] += time;
          longest[0] = Math.max(longest[0], time);
        });
      },
    });
    this.port.postMessage('ready');
  }
  process() {}
});`;
export async function timeMessages(context, memory, now, places) {
  await context.audioWorklet.addModule(`data:text/javascript,${encodeURIComponent(script)}`);
  const { port } = new AudioWorkletNode(context, 'timer', { processorOptions: { memory, now, places } });
  await new Promise((resolve) => (port.onmessage = resolve));
}
")]
extern "C" {
    #[wasm_bindgen(js_name = timeMessages)]
    async fn time_messages_js(
        context: &BaseAudioContext,
        memory: JsValue,
        now: usize,
        places: Vec<usize>,
    );
}

/// Lets every message that comes to the audio thread be timed.
pub async fn time_messages(context: &BaseAudioContext) {
    let places = [&MESSAGES.count, &MESSAGES.longest, &MESSAGES.sum];
    let places = places.map(|word| word.as_ptr() as usize).to_vec();
    let now = NOW.as_ptr() as usize;
    time_messages_js(context, wasm_bindgen::memory(), now, places).await;
}
