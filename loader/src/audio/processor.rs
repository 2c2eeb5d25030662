//! What an application implements: a processor, which renders blocks of sound, and the parameters it has.

use std::marker::PhantomData;

use super::block::{Input, Output, Params};
use super::host::Host;

/// Renders sound, one block of frames after the other, on the audio thread.
///
/// It is made on the page and dropped there. In between it lives on the audio thread, where a block of 128 frames has to
/// be done in 2.67 ms (at 48 kHz): [`command`](Self::command) and [`process`](Self::process) must not allocate, free,
/// lock, or wait. Make buffers when the processor is made, and let what is no longer needed go back with a command.
///
/// ```
/// use wasm_cleave::audio::{Host, Input, Output, Param, Params, Processor};
///
/// struct Gain;
///
/// impl Processor for Gain {
///     type Command = ();
///     type Event = ();
///     const PARAMS: &'static [Param] = &[Param::new("gain", 1.0).range(0.0, 2.0)];
///
///     fn process(
///         &mut self,
///         inputs: &[Input],
///         outputs: &mut [Output],
///         params: &Params,
///         _: &mut Host<'_, ()>,
///     ) -> bool {
///         for channel in 0..inputs[0].channels().min(outputs[0].channels()) {
///             let from = inputs[0].channel(channel);
///             for (frame, sample) in outputs[0].channel_mut(channel).iter_mut().enumerate() {
///                 *sample = from[frame] * params.at(0, frame);
///             }
///         }
///         true
///     }
/// }
/// ```
pub trait Processor: Send + 'static {
    /// What the page sends to the processor.
    type Command: Send + 'static;

    /// What the processor sends to the page.
    type Event: Send + 'static;

    /// Its parameters, which the page automates as those of any other node. In `process` they go by their position.
    const PARAMS: &'static [Param] = &[];

    /// Obeys a command, before the next block, on the audio thread.
    ///
    /// What is left in `command` goes back to the page and is dropped there: to replace something, swap it with what the
    /// command has brought.
    fn command(&mut self, command: &mut Self::Command, host: &mut Host<'_, Self::Event>) {
        let _ = (command, host);
    }

    /// Renders one block, on the audio thread.
    ///
    /// Inputs without a connection have no channels. Outputs are silent before. False ends the processor: it is not
    /// called again, and goes back to the page to be dropped.
    fn process(
        &mut self,
        inputs: &[Input],
        outputs: &mut [Output],
        params: &Params,
        host: &mut Host<'_, Self::Event>,
    ) -> bool;
}

/// A processor without parameters, commands and events: a closure that renders a block.
///
/// ```no_run
/// # async fn noise(worklet: wasm_cleave::audio::Worklet) -> Result<(), wasm_cleave::audio::AudioError> {
/// use wasm_cleave::audio::{Options, from_fn};
///
/// let mut seed = 1_u32;
/// let noise = from_fn(move |_, outputs| {
///     for sample in outputs[0].channel_mut(0) {
///         seed = seed.wrapping_mul(747_796_405).wrapping_add(1);
///         *sample = seed as i32 as f32 / 2_147_483_648.0;
///     }
///     true
/// });
/// let node = worklet.node(noise, &Options::new().outputs(&[1])).await?;
/// # Ok(())
/// # }
/// ```
pub fn from_fn<F>(render: F) -> FromFn<F>
where
    F: FnMut(&[Input], &mut [Output]) -> bool + Send + 'static,
{
    FromFn(render, PhantomData)
}

/// What [`from_fn`] gives.
#[derive(Debug)]
pub struct FromFn<F>(F, PhantomData<()>);

impl<F> Processor for FromFn<F>
where
    F: FnMut(&[Input], &mut [Output]) -> bool + Send + 'static,
{
    type Command = ();
    type Event = ();

    fn process(
        &mut self,
        inputs: &[Input],
        outputs: &mut [Output],
        _: &Params,
        _: &mut Host<'_, ()>,
    ) -> bool {
        (self.0)(inputs, outputs)
    }
}

/// A parameter of a processor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    pub(super) name: &'static str,
    pub(super) default: f32,
    pub(super) min: f32,
    pub(super) max: f32,
    pub(super) rate: Rate,
}

/// How often the value of a parameter may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// With every frame (a-rate).
    Audio,
    /// With every block (k-rate).
    Control,
}

impl Param {
    /// A parameter with this name and value, of any range, whose value may change with every frame.
    pub const fn new(name: &'static str, default: f32) -> Self {
        Param {
            name,
            default,
            min: f32::MIN,
            max: f32::MAX,
            rate: Rate::Audio,
        }
    }

    /// The least and the greatest value; others are clamped.
    pub const fn range(mut self, min: f32, max: f32) -> Self {
        self.min = min;
        self.max = max;
        self
    }

    /// How often its value may change. Default: with every frame.
    pub const fn rate(mut self, rate: Rate) -> Self {
        self.rate = rate;
        self
    }

    /// What the page finds it by.
    pub fn name(&self) -> &'static str {
        self.name
    }
}
