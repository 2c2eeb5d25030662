//! The effects that can stand in the rack. Each is a split that makes an object: the page makes it, with all the memory
//! that it will ever need, and the audio thread runs it.

pub(crate) mod compressor;
pub(crate) mod equaliser;
pub(crate) mod parameter;
pub(crate) mod pitch;
pub(crate) mod reverb;
pub(crate) mod synth;

use wasm_cleave::{LoadError, Split, split};

use parameter::Parameter;

/// Changes a sound on its way through the rack.
///
/// All but `face` is called on the audio thread: nothing there may allocate, free, lock or wait.
pub(crate) trait Effect: Send {
    /// What the page shows of it.
    fn face(&self) -> Box<dyn Face>;

    /// Sets the parameter with this number in the face's list. It slides there.
    fn set(&mut self, parameter: usize, value: f32);

    /// A key was pressed, from 0 to 127 with 60 for the middle C, or let go.
    fn key(&mut self, _key: u8, _is_down: bool) {}

    /// Changes a block of two channels of equal length in place. It may have any length: the sound is the same.
    fn process(&mut self, left: &mut [f32], right: &mut [f32]);

    /// By how many decibels it holds the sound back just now, for those that do.
    fn reduction(&self) -> f32 {
        0.0
    }
}

/// What the page shows of an effect, from the same chunk as the effect itself.
pub(crate) trait Face {
    /// What can be set.
    fn parameters(&self) -> &'static [Parameter];

    /// A drawing of what it does with these values: heights from 0, below, to 1, at equal distances.
    fn draw(&self, values: &[f32], heights: &mut [f32]);

    /// Lines of the drawing that say what its heights and widths mean.
    fn marks(&self) -> &'static [Mark];

    /// The height at which it does nothing.
    fn rest(&self) -> f32 {
        0.0
    }

    /// What can be taken in the drawing and pulled elsewhere.
    fn handles(&self) -> Option<&'static Handles> {
        None
    }
}

/// A line of a drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mark {
    /// Upright, this far from the left.
    Across(f32, &'static str),
    /// Level, this far from below.
    Up(f32, &'static str),
}

/// Points in a drawing that each set two parameters: one by the place from left to right, one by the height.
#[derive(Debug)]
pub(crate) struct Handles {
    pub(crate) points: &'static [[usize; 2]],
    /// The values from left to right, and from below to above: ranges of the drawing, not of the points' parameters.
    pub(crate) axes: [Parameter; 2],
}

/// The effects by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Synth,
    Equaliser,
    Compressor,
    Pitch,
    Reverb,
}

impl Kind {
    pub(crate) const ALL: [Kind; 5] = [
        Kind::Synth,
        Kind::Equaliser,
        Kind::Compressor,
        Kind::Pitch,
        Kind::Reverb,
    ];

    /// As the attribute has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Synth => "synth",
            Kind::Equaliser => "equaliser",
            Kind::Compressor => "compressor",
            Kind::Pitch => "pitch",
            Kind::Reverb => "reverb",
        }
    }

    /// As the visitor reads it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Synth => "Synthesiser",
            Kind::Equaliser => "Equaliser",
            Kind::Compressor => "Compressor",
            Kind::Pitch => "Pitch shifter",
            Kind::Reverb => "Reverb",
        }
    }

    /// For loading it ahead of its use.
    pub(crate) fn split(self) -> Split {
        // Each in a closure of its own: what `split!` imports must not share a symbol with its neighbours, and with v0
        // mangling (rustc 1.95) imports of one function do.
        let split: fn() -> Split = match self {
            Kind::Synth => || split!(synth),
            Kind::Equaliser => || split!(equaliser),
            Kind::Compressor => || split!(compressor),
            Kind::Pitch => || split!(pitch),
            Kind::Reverb => || split!(reverb),
        };
        split()
    }

    /// Loads the effect's code if it has not been, and makes one for this many frames a second.
    ///
    /// # Errors
    /// When the code could not be loaded.
    pub(crate) async fn make(self, rate: f32) -> Result<Box<dyn Effect>, LoadError> {
        match self {
            Kind::Synth => synth::synth(rate).await,
            Kind::Equaliser => equaliser::equaliser(rate).await,
            Kind::Compressor => compressor::compressor(rate).await,
            Kind::Pitch => pitch::pitch(rate).await,
            Kind::Reverb => reverb::reverb(rate).await,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
