//! Parameters: how a processor declares them, and their values during one block.

use super::channels::Channels;

/// A parameter of a processor: its declaration, and the handle by which processor and page refer to it.
///
/// ```
/// use wasm_cleave::audio::{Param, Params, Rate};
///
/// const GAIN: Param = Param::new("gain", 1.0).range(0.0, 2.0);
/// const CUTOFF: Param = Param::new("cutoff", 1_000.0).range(20.0, 20_000.0).rate(Rate::Control);
///
/// // `const PARAMS: &'static [Param] = &[GAIN, CUTOFF];` in the `impl Processor` declares both.
///
/// fn apply(samples: &mut [f32], params: &Params) {
///     for (frame, sample) in samples.iter_mut().enumerate() {
///         *sample *= params.at(&GAIN, frame);
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    name: &'static str,
    pub(super) default: f32,
    pub(super) min: f32,
    pub(super) max: f32,
    pub(super) rate: Rate,
}

/// How often the value of a parameter may change.
///
/// ```
/// use wasm_cleave::audio::{Param, Rate};
///
/// const CUTOFF: Param = Param::new("cutoff", 1_000.0).rate(Rate::Control);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rate {
    /// With every frame (a-rate).
    Audio,
    /// With every block (k-rate).
    Control,
}

impl Param {
    /// A parameter with this name and default value, of any range, whose value may change with every frame.
    #[must_use]
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
    #[must_use]
    pub const fn range(mut self, min: f32, max: f32) -> Self {
        self.min = min;
        self.max = max;
        self
    }

    /// How often its value may change. Default: with every frame.
    #[must_use]
    pub const fn rate(mut self, rate: Rate) -> Self {
        self.rate = rate;
        self
    }

    /// What JavaScript finds it by, in `AudioWorkletNode.parameters`. A processor has one parameter of a name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// The values of all parameters of a processor during one block.
///
/// ```
/// use wasm_cleave::audio::{Param, Params};
///
/// const CUTOFF: Param = Param::new("cutoff", 1_000.0);
///
/// /// The cutoff if it does not change during the block.
/// fn constant_cutoff(params: &Params) -> Option<f32> {
///     match params.values(&CUTOFF) {
///         &[value] => Some(value),
///         _ => None,
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Params {
    pub(super) declared: &'static [Param],
    pub(super) values: Box<[Channels]>,
}

impl Params {
    /// The values of one parameter: one for every frame, or a single one that holds for the block.
    ///
    /// # Panics
    /// If [`Processor::PARAMS`](super::Processor::PARAMS) does not list the parameter.
    #[must_use]
    pub fn values(&self, param: &Param) -> &[f32] {
        // There are few, so this costs less than a map would.
        let mut declared = self.declared.iter();
        let Some(place) = declared.position(|other| other.name == param.name) else {
            panic!("the processor has no parameter `{}`", param.name);
        };
        self.values[place].channel(0)
    }

    /// The value of one parameter at one frame of the block.
    ///
    /// # Panics
    /// If [`Processor::PARAMS`](super::Processor::PARAMS) does not list the parameter, or the block has no such frame.
    #[must_use]
    pub fn at(&self, param: &Param, frame: usize) -> f32 {
        match self.values(param) {
            &[value] => value,
            values => values[frame],
        }
    }
}
