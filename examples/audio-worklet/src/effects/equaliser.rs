//! The effect `equaliser`: two shelves and two peaks in a row.

use wasm_cleave::wasm_split;

use super::parameter::{Controls, Parameter, Unit};
use super::{Effect, Face, Handles, Mark};
use crate::dsp::biquad::{Biquad, Shape, State};
use crate::dsp::decibels;
use crate::dsp::grid::{Grid, STEP};

#[wasm_split(equaliser)]
pub(crate) fn equaliser(rate: f32) -> Box<dyn Effect> {
    Box::new(Equaliser::new(rate))
}

/// How steep a shelf is: as steep as it can be without a hump.
const SHELF_Q: f32 = 0.707;

const REACH: [f32; 2] = [-18.0, 18.0];

static PARAMETERS: [Parameter; 10] = [
    Parameter::logarithmic("Low", Unit::Hertz, [30.0, 500.0], 110.0),
    Parameter::linear("Low gain", Unit::Decibels, REACH, 3.0),
    Parameter::logarithmic("Mid 1", Unit::Hertz, [80.0, 4000.0], 420.0),
    Parameter::linear("Mid 1 gain", Unit::Decibels, REACH, -4.0),
    Parameter::logarithmic("Mid 1 Q", Unit::Plain, [0.3, 8.0], 1.0),
    Parameter::logarithmic("Mid 2", Unit::Hertz, [400.0, 12_000.0], 2600.0),
    Parameter::linear("Mid 2 gain", Unit::Decibels, REACH, 2.5),
    Parameter::logarithmic("Mid 2 Q", Unit::Plain, [0.3, 8.0], 0.9),
    Parameter::logarithmic("High", Unit::Hertz, [1500.0, 16_000.0], 7000.0),
    Parameter::linear("High gain", Unit::Decibels, REACH, 4.0),
];

const BANDS: usize = 4;

/// The filters that these values stand for.
fn filters(value: impl Fn(usize) -> f32, rate: f32) -> [Biquad; BANDS] {
    let band =
        |shape, frequency, q, gain| Biquad::new(shape, value(frequency), q, value(gain), rate);
    [
        band(Shape::LowShelf, 0, SHELF_Q, 1),
        band(Shape::Peak, 2, value(4), 3),
        band(Shape::Peak, 5, value(7), 6),
        band(Shape::HighShelf, 8, SHELF_Q, 9),
    ]
}

struct Equaliser {
    rate: f32,
    controls: Controls<10>,
    filters: [Biquad; BANDS],
    states: [[State; BANDS]; 2],
    grid: Grid,
}

impl Equaliser {
    fn new(rate: f32) -> Self {
        let controls = Controls::new(&PARAMETERS, rate);
        Equaliser {
            rate,
            filters: filters(|at| controls.now(at), rate),
            controls,
            states: Default::default(),
            grid: Grid::default(),
        }
    }
}

impl Effect for Equaliser {
    fn face(&self) -> Box<dyn Face> {
        Box::new(EqualiserFace { rate: self.rate })
    }

    fn set(&mut self, parameter: usize, value: f32) {
        self.controls.set(parameter, value);
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut at = 0;
        while let Some(piece) = self.grid.piece(at, left.len()) {
            at = piece.frames.end;
            if piece.is_due && self.controls.advance(STEP) {
                self.filters = filters(|at| self.controls.now(at), self.rate);
            }
            let channels = [&mut left[piece.frames.clone()], &mut right[piece.frames]];
            for (channel, states) in channels.into_iter().zip(&mut self.states) {
                for (state, filter) in states.iter_mut().zip(&self.filters) {
                    state.run(filter, channel);
                }
            }
        }
    }
}

/// The drawing goes from 20 Hz to 20 kHz, by equal factors.
const LOWEST: f32 = 20.0;
const DECADES: f32 = 3.0;

struct EqualiserFace {
    rate: f32,
}

impl Face for EqualiserFace {
    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    fn draw(&self, values: &[f32], heights: &mut [f32]) {
        let filters = filters(|at| values[at], self.rate);
        let last = (heights.len().max(2) - 1) as f32;
        for (at, height) in heights.iter_mut().enumerate() {
            let frequency = LOWEST * libm::exp10f(DECADES * at as f32 / last);
            let factors = filters.iter();
            let factor: f32 = factors
                .map(|filter| filter.response(frequency, self.rate))
                .product();
            *height = ((decibels(factor) - REACH[0]) / (REACH[1] - REACH[0])).clamp(0.0, 1.0);
        }
    }

    fn marks(&self) -> &'static [Mark] {
        &[
            Mark::Across(0.233, "100"),
            Mark::Across(0.566, "1k"),
            Mark::Across(0.9, "10k"),
            Mark::Up(0.167, "−12"),
            Mark::Up(0.5, "0 dB"),
            Mark::Up(0.833, "+12"),
        ]
    }

    fn rest(&self) -> f32 {
        0.5
    }

    fn handles(&self) -> Option<&'static Handles> {
        static HANDLES: Handles = Handles {
            points: &[[0, 1], [2, 3], [5, 6], [8, 9]],
            axes: [
                Parameter::logarithmic("", Unit::Hertz, [LOWEST, LOWEST * 1000.0], LOWEST),
                Parameter::linear("", Unit::Decibels, REACH, 0.0),
            ],
        };
        Some(&HANDLES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::tests::{RATE, level, run, sine};

    /// The drawing is what a sine goes through.
    #[test]
    fn sines_come_out_as_they_are_drawn() {
        let mut effect = Equaliser::new(RATE);
        for (parameter, value) in [(1, -9.0), (3, 12.0), (4, 3.0), (6, -6.0), (9, 8.0)] {
            effect.set(parameter, value);
        }
        run(&mut effect, &vec![0.0; 48_000]);
        let values: Vec<f32> = (0..10).map(|at| effect.controls.now(at)).collect();
        let mut heights = [0.0; 301];
        effect.face().draw(&values, &mut heights);
        for at in (20..300).step_by(20) {
            let frequency = LOWEST * libm::exp10f(DECADES * at as f32 / 300.0);
            let input = sine(frequency, 0.1, 48_000);
            let heard = decibels(level(&run(&mut effect, &input)[0][24_000..]) / level(&input));
            let drawn = REACH[0] + heights[at] * (REACH[1] - REACH[0]);
            assert!((heard - drawn).abs() < 0.1, "{frequency}: {heard} {drawn}");
        }
    }

    #[test]
    fn with_all_gains_at_0_nothing_changes() {
        let mut effect = Equaliser::new(RATE);
        for gain in [1, 3, 6, 9] {
            effect.set(gain, 0.0);
        }
        run(&mut effect, &vec![0.0; 48_000]);
        let input = sine(777.0, 0.5, 4800);
        let output = run(&mut effect, &input);
        let worst = input.iter().zip(&output[0]).map(|(a, b)| (a - b).abs());
        assert!(worst.fold(0.0, f32::max) < 1e-4);
    }
}
