//! What can be set on an effect: a name, a range, and the slide from one value to the next.

use crate::dsp::smooth::Smooth;

/// What a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// From 0 to 1, shown from 0 to 100.
    Percent,
    Decibels,
    Hertz,
    Milliseconds,
    Seconds,
    Semitones,
    /// As in 4:1.
    Ratio,
    /// A number that stands for itself.
    Plain,
}

/// How a knob's way is laid over the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    Linear,
    Logarithmic,
}

/// Something that can be set on an effect.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
    pub(crate) from: f32,
    pub(crate) to: f32,
    /// What it is until it is set.
    pub(crate) start: f32,
    scale: Scale,
}

impl Parameter {
    pub(crate) const fn linear(
        name: &'static str,
        unit: Unit,
        [from, to]: [f32; 2],
        start: f32,
    ) -> Self {
        Parameter {
            name,
            unit,
            from,
            to,
            start,
            scale: Scale::Linear,
        }
    }

    /// One whose knob turns by the same factor everywhere: both ends are above 0.
    pub(crate) const fn logarithmic(
        name: &'static str,
        unit: Unit,
        range: [f32; 2],
        start: f32,
    ) -> Self {
        let mut parameter = Parameter::linear(name, unit, range, start);
        parameter.scale = Scale::Logarithmic;
        parameter
    }

    /// The value at a part of the knob's way, from 0 to 1.
    pub(crate) fn value(&self, way: f32) -> f32 {
        match self.scale {
            Scale::Linear => self.from + (self.to - self.from) * way,
            Scale::Logarithmic => self.from * libm::exp2f(way * libm::log2f(self.to / self.from)),
        }
    }

    /// Where on the knob's way a value is, from 0 to 1.
    pub(crate) fn way(&self, value: f32) -> f32 {
        match self.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            Scale::Logarithmic => libm::log2f(value / self.from) / libm::log2f(self.to / self.from),
        }
    }
}

/// The parameters of an effect at work.
pub(crate) struct Controls<const COUNT: usize> {
    parameters: &'static [Parameter; COUNT],
    values: [Smooth; COUNT],
}

impl<const COUNT: usize> Controls<COUNT> {
    pub(crate) fn new(parameters: &'static [Parameter; COUNT], rate: f32) -> Self {
        let values = std::array::from_fn(|at| {
            let Parameter {
                start, from, to, ..
            } = parameters[at];
            Smooth::new(start, to - from, rate)
        });
        Controls { parameters, values }
    }

    /// Sets one, within its range. What there is not, or is no number, is left alone.
    pub(crate) fn set(&mut self, parameter: usize, value: f32) {
        let Some(spec) = self.parameters.get(parameter) else {
            return;
        };
        if !value.is_nan() {
            self.values[parameter].set(value.clamp(spec.from, spec.to));
        }
    }

    pub(crate) fn now(&self, parameter: usize) -> f32 {
        self.values[parameter].now()
    }

    /// All of them, some frames later. Whether any has moved.
    pub(crate) fn advance(&mut self, frames: usize) -> bool {
        let mut has_moved = false;
        for value in self.values.iter_mut().filter(|value| !value.rests()) {
            has_moved = true;
            for _ in 0..frames {
                value.next();
            }
        }
        has_moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PITCH: [Parameter; 2] = [
        Parameter::logarithmic("Pitch", Unit::Hertz, [20.0, 20_000.0], 1000.0),
        Parameter::linear("Level", Unit::Decibels, [-12.0, 12.0], 0.0),
    ];

    #[test]
    fn the_way_of_a_knob_leads_back() {
        for parameter in &PITCH {
            assert!((parameter.value(0.0) - parameter.from).abs() < 1e-3);
            assert!((parameter.value(1.0) / parameter.to - 1.0).abs() < 1e-5);
            for way in [0.0, 0.2, 0.5, 1.0] {
                assert!((parameter.way(parameter.value(way)) - way).abs() < 1e-5);
            }
        }
        assert!((PITCH[0].value(1.0 / 3.0) - 200.0).abs() < 0.1);
    }

    #[test]
    fn values_stay_in_their_range_and_arrive() {
        let mut controls = Controls::new(&PITCH, 48_000.0);
        controls.set(1, 100.0);
        controls.set(0, f32::NAN);
        controls.set(2, 1.0);
        assert!(controls.advance(48_000));
        assert!(!controls.advance(1));
        assert_eq!((controls.now(0), controls.now(1)), (1000.0, 12.0));
    }
}
