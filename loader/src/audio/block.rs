//! The samples of one block: buffers in the memory of the program which JavaScript fills and reads around `process`.
//!
//! Each processor has one allocation of samples, made on the page, in the order inputs, parameters, outputs, with
//! `frames` samples for every channel and parameter. JavaScript writes into it and reads from it on the audio thread,
//! before and after a call of Rust, never during it.

use std::cell::UnsafeCell;
use std::slice;

use super::channels::Channels;
use super::param::{Param, Params};

/// How many inputs and outputs there are, with how many channels each, and how many parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) frames: usize,
    /// The most channels that each input can have.
    pub(super) inputs: Vec<usize>,
    pub(super) params: &'static [Param],
    pub(super) outputs: Vec<usize>,
}

impl Shape {
    fn len(&self) -> usize {
        let channels = self.inputs.iter().chain(&self.outputs).sum::<usize>();
        (channels + self.params.len()) * self.frames
    }
}

/// The samples of one processor, and views of them.
pub(super) struct Block {
    samples: Box<[UnsafeCell<f32>]>,
    /// Of this block: the channels of each input, then the values of each parameter.
    counts: Box<[UnsafeCell<u32>]>,
    pub(super) inputs: Box<[Input]>,
    pub(super) params: Params,
    pub(super) outputs: Box<[Output]>,
}

// SAFETY: the pointers of its views point into its own allocation.
unsafe impl Send for Block {}

impl Block {
    pub(super) fn new(shape: &Shape) -> Self {
        let cell = |_| UnsafeCell::new(0.0);
        let samples: Box<[UnsafeCell<f32>]> = (0..shape.len()).map(cell).collect();
        let counts = shape.inputs.len() + shape.params.len();
        let counts = (0..counts).map(|_| UnsafeCell::new(0)).collect();
        let frames = shape.frames;
        let mut rest = samples.as_ptr().cast_mut().cast::<f32>();
        let mut next = |channels: usize| {
            let start = rest;
            // SAFETY: all channels together are as long as the allocation.
            rest = unsafe { rest.add(channels * frames) };
            Channels {
                start,
                frames,
                count: channels,
            }
        };
        let inputs = shape.inputs.iter().map(|&n| Input(next(n))).collect();
        let values = shape.params.iter().map(|_| next(1)).collect();
        let outputs = shape.outputs.iter().map(|&n| Output(next(n))).collect();
        Block {
            samples,
            counts,
            inputs,
            params: Params {
                declared: shape.params,
                values,
            },
            outputs,
        }
    }

    /// Where the samples and the counts lie, for JavaScript.
    pub(super) fn addresses(&self) -> (usize, usize) {
        (
            self.samples.as_ptr() as usize,
            self.counts.as_ptr() as usize,
        )
    }

    /// Takes over what JavaScript has written for the next block, and silences the outputs.
    pub(super) fn begin(&mut self) {
        let counts = self
            .counts
            .iter_mut()
            .map(|count| *count.get_mut() as usize);
        let inputs = self.inputs.iter_mut().map(|input| &mut input.0.count);
        let values = self.params.values.iter_mut().map(|param| &mut param.frames);
        for (place, count) in inputs.chain(values).zip(counts) {
            *place = count;
        }
        for output in &mut self.outputs {
            output.silence();
        }
    }
}

/// The samples at one input of a processor.
///
/// ```
/// use wasm_cleave::audio::Input;
///
/// fn peak(input: &Input) -> f32 {
///     let channels = (0..input.channels()).map(|channel| input.channel(channel));
///     channels.flatten().fold(0.0, |peak, sample| sample.abs().max(peak))
/// }
/// ```
#[derive(Debug)]
pub struct Input(Channels);

impl Input {
    /// How many channels there are now; none where nothing is connected.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.0.count
    }

    /// The samples of one channel.
    ///
    /// # Panics
    /// If there is no such channel.
    #[must_use]
    pub fn channel(&self, channel: usize) -> &[f32] {
        self.0.channel(channel)
    }
}

/// The samples at one output of a processor.
///
/// ```
/// use wasm_cleave::audio::{Input, Output};
///
/// fn copy(input: &Input, output: &mut Output) {
///     for channel in 0..input.channels().min(output.channels()) {
///         output.channel_mut(channel).copy_from_slice(input.channel(channel));
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Output(Channels);

impl Output {
    /// How many channels there are: always as many as the [`NodeOptions`](super::NodeOptions) say.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.0.count
    }

    /// The samples of one channel.
    ///
    /// # Panics
    /// If there is no such channel.
    #[must_use]
    pub fn channel(&self, channel: usize) -> &[f32] {
        self.0.channel(channel)
    }

    /// The samples of one channel, to be written.
    ///
    /// # Panics
    /// If there is no such channel.
    pub fn channel_mut(&mut self, channel: usize) -> &mut [f32] {
        self.0.channel_mut(channel)
    }

    /// The samples of the first two channels, to be written at once.
    ///
    /// # Panics
    /// If there is only one channel.
    pub fn stereo_mut(&mut self) -> (&mut [f32], &mut [f32]) {
        let (left, right) = (self.0.place(0), self.0.place(1));
        let frames = self.0.frames;
        // SAFETY: as in `Channels::channel_mut`, and the channels do not overlap.
        unsafe {
            (
                slice::from_raw_parts_mut(left, frames),
                slice::from_raw_parts_mut(right, frames),
            )
        }
    }

    fn silence(&mut self) {
        for channel in 0..self.channels() {
            self.channel_mut(channel).fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Param = Param::new("first", 0.0);
    const SECOND: Param = Param::new("second", 0.0);

    fn block() -> Block {
        Block::new(&Shape {
            frames: 4,
            inputs: vec![2, 1],
            params: &[FIRST, SECOND],
            outputs: vec![2],
        })
    }

    /// Writes as JavaScript does.
    fn write(block: &mut Block, samples: impl Iterator<Item = f32>, counts: [u32; 4]) {
        for (place, sample) in block.samples.iter().zip(samples) {
            // SAFETY: nobody else refers to the block.
            unsafe { *place.get() = sample };
        }
        for (place, count) in block.counts.iter_mut().zip(counts) {
            *place.get_mut() = count;
        }
        block.begin();
    }

    #[test]
    fn inputs_parameters_and_outputs_follow_each_other() {
        let mut block = block();
        assert_eq!(block.samples.len(), (2 + 1 + 2 + 2) * 4);
        write(&mut block, (0..28).map(|n| n as f32), [2, 1, 4, 1]);
        assert_eq!(block.inputs[0].channel(1), [4.0, 5.0, 6.0, 7.0]);
        assert_eq!(block.inputs[1].channel(0), [8.0, 9.0, 10.0, 11.0]);
        assert_eq!(block.params.values(&FIRST), [12.0, 13.0, 14.0, 15.0]);
        assert_eq!(block.params.at(&FIRST, 3), 15.0);
        assert_eq!(block.params.values(&SECOND), [16.0]);
        assert_eq!(block.params.at(&SECOND, 3), 16.0);
        assert_eq!(block.outputs[0].channel(0), [0.0; 4]);
        let (left, right) = block.outputs[0].stereo_mut();
        left.fill(1.0);
        right.fill(2.0);
        // SAFETY: nobody writes.
        let samples = block.samples.iter().map(|sample| unsafe { *sample.get() });
        let written: Vec<f32> = samples.skip(20).collect();
        assert_eq!(written, [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn inputs_have_as_many_channels_as_are_connected() {
        let mut block = block();
        write(&mut block, (0..28).map(|n| n as f32), [1, 0, 1, 1]);
        assert_eq!(block.inputs[0].channels(), 1);
        assert_eq!(block.inputs[0].channel(0), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(block.inputs[1].channels(), 0);
    }

    #[test]
    #[should_panic(expected = "no such channel")]
    fn there_is_no_channel_after_the_last() {
        block().outputs[0].channel_mut(2);
    }

    #[test]
    #[should_panic(expected = "the processor has no parameter `third`")]
    fn a_parameter_of_another_processor_has_no_values() {
        let _ = block().params.values(&Param::new("third", 0.0));
    }
}
