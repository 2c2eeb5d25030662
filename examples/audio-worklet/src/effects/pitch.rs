//! The effect `pitch`: plays the sound higher or lower, at the same speed.
//!
//! Two grains at a time read from the last half second, faster or slower than it was written, each faded in and out by
//! a Hann window half a grain after the other, so that both together are always 1. A grain begins where what it will
//! read is most like what the other one is reading just then (synchronised overlap-add, after Roucos and Wilgus, 1985):
//! without that, the two would cancel each other now and then.

use wasm_cleave::wasm_split;

use super::parameter::{Controls, Parameter, Unit};
use super::{Effect, Face, Mark};
use crate::dsp::flush;

#[wasm_split(pitch)]
pub(crate) fn pitch(rate: f32) -> Box<dyn Effect> {
    Box::new(Pitch::new(rate))
}

const SHIFT: usize = 0;
const GRAIN: usize = 1;
const FEEDBACK: usize = 2;
const MIX: usize = 3;

static PARAMETERS: [Parameter; 4] = [
    Parameter::linear("Shift", Unit::Semitones, [-12.0, 12.0], 7.0),
    Parameter::logarithmic("Grain", Unit::Milliseconds, [20.0, 120.0], 60.0),
    Parameter::linear("Feedback", Unit::Percent, [0.0, 0.85], 0.3),
    Parameter::linear("Mix", Unit::Percent, [0.0, 1.0], 0.4),
];

/// How much is kept: the longest grain at double speed, and where it may begin, fit in.
const SECONDS: f32 = 0.5;

/// A grain may begin up to so much earlier than it has to, in seconds: a period of 65 Hz.
const SEARCH: f32 = 0.0155;

/// So many places are tried, and so many frames compared at each, `STRIDE` apart.
const PLACES: usize = 96;
const COMPARED: usize = 48;
const STRIDE: f32 = 6.0;

/// A reader of the past.
#[derive(Clone, Copy, Default)]
struct Grain {
    /// How many frames ago what it reads now came in.
    late: f32,
    /// How much of it is played, from 0 to 1.
    part: f32,
}

struct Pitch {
    rate: f32,
    controls: Controls<4>,
    past: [Vec<f32>; 2],
    /// Where the next frame goes.
    at: usize,
    grains: [Grain; 2],
    /// What came out last, for the feedback.
    wet: [f32; 2],
}

/// How fast grains read.
fn speed(semitones: f32) -> f32 {
    libm::exp2f(semitones / 12.0)
}

/// How loud a grain is when this part of it is played.
fn window(part: f32) -> f32 {
    let sine = libm::sinf(std::f32::consts::PI * part);
    sine * sine
}

impl Pitch {
    fn new(rate: f32) -> Self {
        let half = Grain {
            late: 1.0,
            part: 0.5,
        };
        Pitch {
            rate,
            controls: Controls::new(&PARAMETERS, rate),
            past: [0, 1].map(|_| vec![0.0; (SECONDS * rate) as usize]),
            at: 0,
            grains: [Grain::default(), half],
            wet: [0.0; 2],
        }
    }

    /// What came in so many frames ago.
    fn read(&self, side: usize, late: f32) -> f32 {
        let line = &self.past[side];
        let whole = late as usize;
        let part = late - whole as f32;
        let back = |late: usize| {
            let at = self.at + line.len() - 1 - late;
            line[if at >= line.len() {
                at - line.len()
            } else {
                at
            }]
        };
        back(whole) + part * (back(whole + 1) - back(whole))
    }

    /// Where a grain of this length has to begin, so that it never reads what has not come in yet.
    fn begin(&self, frames: f32, speed: f32, other: Grain) -> f32 {
        let nearest = ((speed - 1.0) * frames).max(0.0) + STRIDE * COMPARED as f32;
        let step = (SEARCH * self.rate / PLACES as f32).max(1.0);
        let (mut best, mut most) = (nearest, f32::MIN);
        for place in 0..PLACES {
            let late = nearest + step * place as f32;
            let alike = self.likeness(late, other.late);
            if alike > most {
                (best, most) = (late, alike);
            }
        }
        best
    }

    /// How much what follows one place is like what follows the other. Looks back from both, which is all there is.
    fn likeness(&self, first: f32, second: f32) -> f32 {
        let (mut product, mut power) = (0.0, 1e-9);
        for at in 0..COMPARED {
            let back = STRIDE * at as f32;
            let first = self.read(0, first + back) + self.read(1, first + back);
            let second = self.read(0, second + back) + self.read(1, second + back);
            product += first * second;
            power += first * first;
        }
        product / power.sqrt()
    }

    /// Both channels of what the grains read, one frame later.
    fn grains(&mut self, speed: f32, frames: f32) -> [f32; 2] {
        let mut sum = [0.0; 2];
        for at in 0..2 {
            let mut grain = self.grains[at];
            grain.part += 1.0 / frames;
            grain.late += 1.0 - speed;
            if grain.part >= 1.0 {
                grain.part -= 1.0;
                grain.late = self.begin(frames, speed, self.grains[1 - at]);
            }
            let longest = self.past[0].len() as f32 - 2.0;
            grain.late = grain.late.clamp(0.0, longest);
            self.grains[at] = grain;
            let level = window(grain.part);
            for (side, sum) in sum.iter_mut().enumerate() {
                *sum += level * self.read(side, grain.late);
            }
        }
        sum
    }
}

impl Effect for Pitch {
    fn face(&self) -> Box<dyn Face> {
        Box::new(PitchFace)
    }

    fn set(&mut self, parameter: usize, value: f32) {
        self.controls.set(parameter, value);
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut ratio = speed(self.controls.now(SHIFT));
        for (left, right) in left.iter_mut().zip(right) {
            if self.controls.advance(1) {
                ratio = speed(self.controls.now(SHIFT));
            }
            let value = |at| self.controls.now(at);
            let (feedback, mix) = (value(FEEDBACK), value(MIX));
            let frames = value(GRAIN) / 1000.0 * self.rate;
            for (side, input) in [*left, *right].into_iter().enumerate() {
                self.past[side][self.at] = flush(input + feedback * self.wet[side]);
            }
            self.at = (self.at + 1) % self.past[0].len();
            self.wet = self.grains(ratio, frames);
            *left += mix * (self.wet[0] - *left);
            *right += mix * (self.wet[1] - *right);
        }
    }
}

/// The drawing goes over so many milliseconds.
const WIDTH: f32 = 240.0;

struct PitchFace;

impl Face for PitchFace {
    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    /// A grain after the other, with the wave that it reads inside.
    fn draw(&self, values: &[f32], heights: &mut [f32]) {
        let last = (heights.len().max(2) - 1) as f32;
        for (at, height) in heights.iter_mut().enumerate() {
            let time = WIDTH * at as f32 / last;
            let window = window((time / values[GRAIN]).fract());
            let turns = time / 12.0 * speed(values[SHIFT]);
            let wave = libm::sinf(std::f32::consts::TAU * turns);
            *height = 0.5 + 0.46 * window * wave * (0.25 + 0.75 * values[MIX]);
        }
    }

    fn marks(&self) -> &'static [Mark] {
        &[
            Mark::Across(0.25, "60 ms"),
            Mark::Across(0.5, "120"),
            Mark::Across(0.75, "180"),
            Mark::Up(0.5, ""),
        ]
    }

    fn rest(&self) -> f32 {
        0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::tests::{RATE, level, run, sine};

    fn set(values: &[(usize, f32)]) -> Pitch {
        let mut effect = Pitch::new(RATE);
        for &(parameter, value) in [(MIX, 1.0), (FEEDBACK, 0.0)].iter().chain(values) {
            effect.set(parameter, value);
        }
        run(&mut effect, &vec![0.0; 48_000]);
        effect
    }

    /// How much of this frequency there is, as a part of all.
    fn share(frames: &[f32], frequency: f32) -> f32 {
        let cosine = sine(frequency, 1.0, frames.len() + 48_000);
        let quarter = (RATE / frequency / 4.0).round() as usize;
        let product = |shift: usize| {
            let reference = cosine[shift..].iter();
            frames
                .iter()
                .zip(reference)
                .map(|(frame, wave)| frame * wave)
                .sum::<f32>()
        };
        let power = product(0).powi(2) + product(quarter).powi(2);
        (2.0 * power).sqrt() / (frames.len() as f32 * level(frames))
    }

    #[test]
    fn a_sine_is_moved_to_where_it_shall_be() {
        for (semitones, factor) in [
            (12.0, 2.0),
            (7.0, 1.498_307),
            (-5.0, 0.749_154),
            (-12.0, 0.5),
        ] {
            for frequency in [220.0, 523.25] {
                let mut effect = set(&[(SHIFT, semitones)]);
                let output = &run(&mut effect, &sine(frequency, 0.5, 96_000))[0][48_000..];
                let there = share(output, frequency * factor);
                let here = share(output, frequency);
                assert!(there > 0.9, "{semitones} {frequency}: {there}");
                assert!(here < 0.1, "{semitones} {frequency}: {here}");
                let loudness = level(output) / level(&sine(frequency, 0.5, 96_000));
                assert!((0.85..1.1).contains(&loudness), "{loudness}");
            }
        }
    }

    #[test]
    fn without_a_shift_the_sound_comes_late_and_as_it_was() {
        let mut effect = set(&[(SHIFT, 0.0)]);
        let output = &run(&mut effect, &sine(330.0, 0.5, 96_000))[0][48_000..];
        assert!(share(output, 330.0) > 0.995);
    }
}
