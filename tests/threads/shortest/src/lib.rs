use wasm_bindgen::prelude::*;
use wasm_cleave::audio::{
    Input, NodeOptions, Output, Params, ProcessContext, ProcessStatus, Processor, Worklet,
};
use wasm_cleave::{split, wasm_split};

trait Voice: Send {
    fn next(&mut self) -> f32;
}

#[wasm_split(sine)] // its code reaches the audio thread while it plays
fn sine(hertz: f32, rate: f32) -> Box<dyn Voice> {
    struct Sine(f32, f32);
    impl Voice for Sine {
        fn next(&mut self) -> f32 {
            self.0 = (self.0 + self.1).fract();
            (self.0 * std::f32::consts::TAU).sin() * 0.2
        }
    }
    Box::new(Sine(0.0, hertz / rate))
}

struct Player(Option<Box<dyn Voice>>);

impl Processor for Player {
    type Command = Option<Box<dyn Voice>>;
    type Event = ();

    fn command(&mut self, voice: &mut Self::Command, _: &mut ProcessContext<'_, ()>) {
        std::mem::swap(&mut self.0, voice); // the old one goes back, and is dropped on the page
    }

    fn process(
        &mut self,
        _: &[Input],
        outputs: &mut [Output],
        _: &Params,
        _: &mut ProcessContext<'_, ()>,
    ) -> ProcessStatus {
        if let Some(voice) = &mut self.0 {
            outputs[0].channel_mut(0).fill_with(|| voice.next());
        }
        ProcessStatus::KeepAlive
    }
}

#[wasm_bindgen] // call it when the user clicks: browsers allow no sound before
pub async fn run() -> Result<(), JsValue> {
    let context = web_sys::AudioContext::new()?;
    let worklet = Worklet::start(&context).await?;
    let options = NodeOptions::new().inputs(0).outputs(&[1]);
    let player = worklet.node(Player(None), &options).await?;
    player.connect_with_audio_node(&context.destination())?;

    split!(sine).load_on(&worklet).await?; // from here on, the audio thread can call it
    let _ = player.send(Some(sine(440.0, context.sample_rate()).await?));
    std::mem::forget(player); // dropping it would end the sound
    Ok(())
}
