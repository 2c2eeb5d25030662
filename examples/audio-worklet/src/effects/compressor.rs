//! The effect `compressor`: holds back what is louder than a threshold.
//!
//! The static curve with a soft knee, and the detector in the logarithmic domain, are those of Giannoulis, Massberg and
//! Reiss, "Digital Dynamic Range Compressor Design" (2012). Both channels are held back alike, so that the picture
//! between the loudspeakers stays.

use wasm_cleave::wasm_split;

use super::parameter::{Controls, Parameter, Unit};
use super::{Effect, Face, Mark};
use crate::dsp::{decibels, flush, gain, keep};

#[wasm_split(compressor)]
pub(crate) fn compressor(rate: f32) -> Box<dyn Effect> {
    Box::new(Compressor::new(rate))
}

const THRESHOLD: usize = 0;
const RATIO: usize = 1;
const KNEE: usize = 2;
const ATTACK: usize = 3;
const RELEASE: usize = 4;
const MAKEUP: usize = 5;

static PARAMETERS: [Parameter; 6] = [
    Parameter::linear("Threshold", Unit::Decibels, [-48.0, 0.0], -22.0),
    Parameter::logarithmic("Ratio", Unit::Ratio, [1.0, 20.0], 4.0),
    Parameter::linear("Knee", Unit::Decibels, [0.0, 24.0], 6.0),
    Parameter::logarithmic("Attack", Unit::Milliseconds, [0.2, 100.0], 8.0),
    Parameter::logarithmic("Release", Unit::Milliseconds, [20.0, 1000.0], 140.0),
    Parameter::linear("Make-up", Unit::Decibels, [0.0, 24.0], 6.0),
];

/// What comes out of this level, before the make-up gain; all in decibels.
fn curve(level: f32, threshold: f32, ratio: f32, knee: f32) -> f32 {
    let over = level - threshold;
    let slope = 1.0 / ratio - 1.0;
    if 2.0 * over.abs() < knee {
        let into = over + knee / 2.0;
        level + slope * into * into / (2.0 * knee)
    } else {
        level + slope * over.max(0.0)
    }
}

struct Compressor {
    rate: f32,
    controls: Controls<6>,
    /// By how many decibels the sound is held back.
    reduction: f32,
}

impl Compressor {
    fn new(rate: f32) -> Self {
        Compressor {
            rate,
            controls: Controls::new(&PARAMETERS, rate),
            reduction: 0.0,
        }
    }
}

impl Effect for Compressor {
    fn face(&self) -> Box<dyn Face> {
        Box::new(CompressorFace)
    }

    fn set(&mut self, parameter: usize, value: f32) {
        self.controls.set(parameter, value);
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut keeps =
            [ATTACK, RELEASE].map(|time| keep(self.controls.now(time) / 1000.0, self.rate));
        for (left, right) in left.iter_mut().zip(right) {
            if self.controls.advance(1) {
                keeps =
                    [ATTACK, RELEASE].map(|time| keep(self.controls.now(time) / 1000.0, self.rate));
            }
            let level = decibels(left.abs().max(right.abs()));
            let value = |at| self.controls.now(at);
            let wanted = level - curve(level, value(THRESHOLD), value(RATIO), value(KNEE));
            let keep = keeps[usize::from(wanted < self.reduction)];
            self.reduction = flush(wanted + (self.reduction - wanted) * keep);
            let factor = gain(value(MAKEUP) - self.reduction);
            *left *= factor;
            *right *= factor;
        }
    }

    fn reduction(&self) -> f32 {
        self.reduction
    }
}

/// The drawing goes from here to 0 dB, in both directions.
const LOWEST: f32 = -60.0;

struct CompressorFace;

impl Face for CompressorFace {
    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    fn draw(&self, values: &[f32], heights: &mut [f32]) {
        let last = (heights.len().max(2) - 1) as f32;
        for (at, height) in heights.iter_mut().enumerate() {
            let level = LOWEST * (1.0 - at as f32 / last);
            let out = curve(level, values[THRESHOLD], values[RATIO], values[KNEE]);
            *height = (1.0 - (out + values[MAKEUP]) / LOWEST).clamp(0.0, 1.0);
        }
    }

    fn marks(&self) -> &'static [Mark] {
        &[
            Mark::Across(0.333, "−40"),
            Mark::Across(0.667, "−20 dB in"),
            Mark::Up(0.333, "−40"),
            Mark::Up(0.667, "−20 dB out"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::tests::{RATE, run};

    #[test]
    fn the_curve_is_straight_outside_of_the_knee_and_smooth_inside() {
        assert_eq!(curve(-40.0, -20.0, 4.0, 0.0), -40.0);
        assert_eq!(curve(0.0, -20.0, 4.0, 0.0), -15.0);
        assert_eq!(curve(-30.0, -20.0, 4.0, 10.0), -30.0);
        // In the middle of the knee an eighth of it is missing, times the slope.
        assert!((curve(-20.0, -20.0, 4.0, 10.0) - (-20.0 - 0.75 * 10.0 / 8.0)).abs() < 1e-5);
        let mut last = curve(-40.0, -20.0, 8.0, 12.0);
        for tenth in -399..0 {
            let next = curve(tenth as f32 / 10.0, -20.0, 8.0, 12.0);
            assert!(next > last && next - last < 0.1001);
            last = next;
        }
    }

    fn set(values: &[(usize, f32)]) -> Compressor {
        let mut effect = Compressor::new(RATE);
        for &(parameter, value) in values {
            effect.set(parameter, value);
        }
        run(&mut effect, &vec![0.0; 96_000]);
        effect
    }

    #[test]
    fn what_is_steady_comes_out_on_the_curve() {
        for level in [-40.0, -20.0, -6.0] {
            let mut effect = set(&[(THRESHOLD, -24.0), (RATIO, 3.0), (KNEE, 0.0), (MAKEUP, 2.0)]);
            let output = run(&mut effect, &vec![gain(level); 96_000]);
            let heard = decibels(output[0][95_999]);
            let expected = curve(level, -24.0, 3.0, 0.0) + 2.0;
            assert!(
                (heard - expected).abs() < 0.02,
                "{level}: {heard} {expected}"
            );
        }
    }

    /// After its time, a step has done all but 1/e of its way.
    #[test]
    fn attack_and_release_take_their_times() {
        let mut effect = set(&[
            (THRESHOLD, -20.0),
            (RATIO, 20.0),
            (KNEE, 0.0),
            (ATTACK, 10.0),
            (RELEASE, 100.0),
        ]);
        let full = 20.0 * 0.95;
        run(&mut effect, &vec![1.0; 480]);
        assert!(
            (effect.reduction - full * 0.632).abs() < 0.05,
            "{}",
            effect.reduction
        );
        run(&mut effect, &vec![1.0; 48_000]);
        assert!((effect.reduction - full).abs() < 0.01);
        run(&mut effect, &vec![0.0; 4800]);
        assert!(
            (effect.reduction - full * 0.368).abs() < 0.05,
            "{}",
            effect.reduction
        );
    }
}
