//! The effect `reverb`: a room, by convolution with what it would answer to a click.

pub(crate) mod convolver;
pub(crate) mod room;

use realfft::RealFftPlanner;
use wasm_cleave::wasm_split;

use super::parameter::{Controls, Parameter, Unit};
use super::{Effect, Face, Mark};
use crate::dsp::biquad::{Biquad, Shape, State};
use crate::dsp::decibels;
use crate::dsp::grid::{Grid, STEP};
use convolver::{Convolver, PART};

#[wasm_split(reverb)]
pub(crate) fn reverb(rate: f32) -> Box<dyn Effect> {
    Box::new(Reverb::new(rate))
}

const DECAY: usize = 0;
const PRE_DELAY: usize = 1;
const TONE: usize = 2;
const MIX: usize = 3;

/// The longest way before the room answers, in milliseconds.
const FARTHEST: f32 = 120.0;

static PARAMETERS: [Parameter; 4] = [
    Parameter::logarithmic("Decay", Unit::Seconds, [0.2, room::SECONDS], 1.9),
    Parameter::linear("Pre-delay", Unit::Milliseconds, [0.0, FARTHEST], 12.0),
    Parameter::logarithmic("Tone", Unit::Hertz, [800.0, 16_000.0], 7500.0),
    Parameter::linear("Mix", Unit::Percent, [0.0, 1.0], 0.28),
];

/// By which factor each part of the response has to be quieter than it is to fall by 60 dB in `seconds`.
fn decay(seconds: f32, rate: f32) -> f32 {
    let faster = 1.0 / seconds - 1.0 / room::SECONDS;
    libm::powf(0.001, faster * PART as f32 / rate)
}

struct Reverb {
    rate: f32,
    controls: Controls<4>,
    convolvers: [Convolver; 2],
    /// What has come in, on its way to the room; `at` is where the next frame goes.
    before: [Vec<f32>; 2],
    at: usize,
    tone: Biquad,
    states: [State; 2],
    wet: [[f32; STEP]; 2],
    grid: Grid,
}

impl Reverb {
    fn new(rate: f32) -> Self {
        let mut planner = RealFftPlanner::new();
        let convolvers =
            room::response(rate).map(|response| Convolver::new(&response, &mut planner));
        let mut reverb = Reverb {
            rate,
            controls: Controls::new(&PARAMETERS, rate),
            convolvers,
            before: [0, 1].map(|_| vec![0.0; (FARTHEST / 1000.0 * rate) as usize + 2]),
            at: 0,
            tone: Biquad::default(),
            states: Default::default(),
            wet: [[0.0; STEP]; 2],
            grid: Grid::default(),
        };
        reverb.follow_controls();
        reverb
    }

    fn follow_controls(&mut self) {
        let value = |at| self.controls.now(at);
        self.tone = Biquad::new(Shape::LowPass, value(TONE), 0.6, 0.0, self.rate);
        for convolver in &mut self.convolvers {
            convolver.set_decay(decay(value(DECAY), self.rate));
        }
    }

    /// The frame that reaches the room now, and room for `frame` behind it.
    fn delayed(&mut self, side: usize, frame: f32, frames: f32) -> f32 {
        let line = &mut self.before[side];
        line[self.at] = frame;
        let whole = frames as usize;
        let part = frames - whole as f32;
        let back = |late: usize| line[(self.at + line.len() - late) % line.len()];
        back(whole) + part * (back(whole + 1) - back(whole))
    }
}

impl Effect for Reverb {
    fn face(&self) -> Box<dyn Face> {
        Box::new(ReverbFace)
    }

    fn set(&mut self, parameter: usize, value: f32) {
        self.controls.set(parameter, value);
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut at = 0;
        while let Some(piece) = self.grid.piece(at, left.len()) {
            at = piece.frames.end;
            if piece.is_due && self.controls.advance(STEP) {
                self.follow_controls();
            }
            let delay = self.controls.now(PRE_DELAY) / 1000.0 * self.rate;
            let mix = self.controls.now(MIX);
            let channels = [&mut left[piece.frames.clone()], &mut right[piece.frames]];
            let length = channels[0].len();
            for frame in 0..length {
                for (side, channel) in channels.iter().enumerate() {
                    let delayed = self.delayed(side, channel[frame], delay);
                    self.wet[side][frame] = self.convolvers[side].next(delayed);
                }
                self.at = (self.at + 1) % self.before[0].len();
            }
            for (side, channel) in channels.into_iter().enumerate() {
                let wet = &mut self.wet[side][..length];
                self.states[side].run(&self.tone, wet);
                for (frame, wet) in channel.iter_mut().zip(wet) {
                    *frame += mix * (*wet - *frame);
                }
            }
        }
    }
}

/// The drawing goes down by so many decibels, over so many seconds.
const DEPTH: f32 = 60.0;
const WIDTH: f32 = 2.0;

struct ReverbFace;

impl Face for ReverbFace {
    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    /// How loud the room still is.
    fn draw(&self, values: &[f32], heights: &mut [f32]) {
        let last = (heights.len().max(2) - 1) as f32;
        let dry = 1.0 + decibels(1.0 - values[MIX]) / DEPTH;
        let wet = 1.0 + decibels(values[MIX]) / DEPTH;
        let seconds = |at: usize| WIDTH * at as f32 / last;
        for (at, height) in heights.iter_mut().enumerate() {
            let time = seconds(at) - values[PRE_DELAY] / 1000.0;
            let answer = if time < 0.0 {
                0.0
            } else {
                wet - time / values[DECAY]
            };
            *height = answer.clamp(0.0, 1.0);
        }
        heights[0] = dry.clamp(0.0, 1.0);
    }

    fn marks(&self) -> &'static [Mark] {
        &[
            Mark::Across(0.25, "0.5 s"),
            Mark::Across(0.5, "1 s"),
            Mark::Across(0.75, "1.5 s"),
            Mark::Up(0.333, "−40"),
            Mark::Up(0.667, "−20 dB"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::tests::{RATE, level, run};

    fn click(frames: usize) -> Vec<f32> {
        let mut input = vec![0.0; frames];
        input[0] = 1.0;
        input
    }

    fn set(values: &[(usize, f32)]) -> Reverb {
        let mut effect = Reverb::new(RATE);
        for &(parameter, value) in values {
            effect.set(parameter, value);
        }
        run(&mut effect, &vec![0.0; 48_000]);
        effect
    }

    #[test]
    fn the_tail_falls_by_60_decibels_in_the_time_that_is_set() {
        for seconds in [0.5, 1.0, 2.0] {
            let mut effect = set(&[(DECAY, seconds), (MIX, 1.0), (PRE_DELAY, 0.0)]);
            let output = &run(&mut effect, &click(96_000))[0];
            let at = |part: f32| {
                let start = (part * seconds * RATE) as usize;
                decibels(level(&output[start..start + 2400]))
            };
            let fall = at(0.25) - at(0.75);
            assert!((fall - 30.0).abs() < 4.0, "{seconds}: {fall}");
        }
    }

    #[test]
    fn the_room_answers_after_the_pre_delay() {
        let mut effect = set(&[(MIX, 1.0), (PRE_DELAY, 50.0)]);
        let output = &run(&mut effect, &click(9600))[0];
        let first = output.iter().position(|frame| frame.abs() > 1e-3).unwrap();
        let early = (room::EARLY[0].0 + 50.0) / 1000.0 * RATE;
        assert!(
            (first as f32 - early).abs() < 1.5 * PART as f32,
            "{first} {early}"
        );
    }

    #[test]
    fn without_mix_nothing_changes() {
        let mut effect = set(&[(MIX, 0.0)]);
        let output = run(&mut effect, &click(4800));
        assert_eq!(output[0], click(4800));
    }
}
