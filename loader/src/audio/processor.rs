//! What an application implements: a processor, which renders blocks of sound.

use std::marker::PhantomData;

use super::block::{Input, Output};
use super::param::{Param, Params};
use super::process_context::ProcessContext;

/// Whether a processor wants to render further blocks.
///
/// ```
/// use wasm_cleave::audio::{NodeOptions, Output, ProcessStatus, from_fn};
///
/// // A click of one block.
/// let click = from_fn(|_, outputs: &mut [Output]| {
///     outputs[0].channel_mut(0)[0] = 1.0;
///     ProcessStatus::End
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
#[non_exhaustive]
pub enum ProcessStatus {
    /// Call it for every block, even if nothing is connected to its inputs.
    KeepAlive,
    /// Do not call it again: it returns to the page, where it is dropped.
    End,
}

/// Renders sound, one block of frames after the other, on the audio thread.
///
/// It is made on the page and dropped there. In between it lives on the audio thread, which has 2.67 ms for a block of
/// 128 frames (at 48 kHz): [`command`](Self::command) and [`process`](Self::process) must not allocate, free, lock, or wait.
/// Allocate buffers when the processor is made, and return what is no longer needed with a command.
///
/// ```
/// use wasm_cleave::audio::{Input, Output, Param, Params, ProcessContext, ProcessStatus, Processor};
///
/// struct Amplifier;
///
/// const GAIN: Param = Param::new("gain", 1.0).range(0.0, 2.0);
///
/// impl Processor for Amplifier {
///     type Command = ();
///     type Event = ();
///     const PARAMS: &'static [Param] = &[GAIN];
///
///     fn process(
///         &mut self,
///         inputs: &[Input],
///         outputs: &mut [Output],
///         params: &Params,
///         _: &mut ProcessContext<'_, ()>,
///     ) -> ProcessStatus {
///         for channel in 0..inputs[0].channels().min(outputs[0].channels()) {
///             let from = inputs[0].channel(channel);
///             for (frame, sample) in outputs[0].channel_mut(channel).iter_mut().enumerate() {
///                 *sample = from[frame] * params.at(&GAIN, frame);
///             }
///         }
///         ProcessStatus::KeepAlive
///     }
/// }
/// ```
pub trait Processor: Send + 'static {
    /// What the page sends to the processor.
    type Command: Send + 'static;

    /// What the processor sends to the page.
    type Event: Send + 'static;

    /// Its parameters, which the page automates like those of any other node.
    const PARAMS: &'static [Param] = &[];

    /// Handles a command, before the next block, on the audio thread.
    ///
    /// What is left in `command` returns to the page and is dropped there: to replace something, swap it with the content of
    /// the command.
    fn command(
        &mut self,
        command: &mut Self::Command,
        context: &mut ProcessContext<'_, Self::Event>,
    ) {
        let _ = (command, context);
    }

    /// Renders one block, on the audio thread.
    ///
    /// Inputs without a connection have no channels. Outputs are silent when this is called.
    fn process(
        &mut self,
        inputs: &[Input],
        outputs: &mut [Output],
        params: &Params,
        context: &mut ProcessContext<'_, Self::Event>,
    ) -> ProcessStatus;
}

/// A processor without parameters, commands and events: a closure that renders a block.
///
/// ```no_run
/// # async fn noise(worklet: wasm_cleave::audio::Worklet) -> Result<(), wasm_cleave::audio::AudioError> {
/// use wasm_cleave::audio::{NodeOptions, ProcessStatus, from_fn};
///
/// let mut seed = 1_u32;
/// let noise = from_fn(move |_, outputs| {
///     for sample in outputs[0].channel_mut(0) {
///         seed = seed.wrapping_mul(747_796_405).wrapping_add(1);
///         *sample = seed as i32 as f32 / 2_147_483_648.0;
///     }
///     ProcessStatus::KeepAlive
/// });
/// let node = worklet.node(noise, &NodeOptions::new().outputs(&[1])).await?;
/// # Ok(())
/// # }
/// ```
pub fn from_fn<F>(render: F) -> FromFn<F>
where
    F: FnMut(&[Input], &mut [Output]) -> ProcessStatus + Send + 'static,
{
    FromFn(render, PhantomData)
}

/// What [`from_fn`] returns.
#[derive(Debug)]
pub struct FromFn<F>(F, PhantomData<()>);

impl<F> Processor for FromFn<F>
where
    F: FnMut(&[Input], &mut [Output]) -> ProcessStatus + Send + 'static,
{
    type Command = ();
    type Event = ();

    fn process(
        &mut self,
        inputs: &[Input],
        outputs: &mut [Output],
        _: &Params,
        _: &mut ProcessContext<'_, ()>,
    ) -> ProcessStatus {
        (self.0)(inputs, outputs)
    }
}
