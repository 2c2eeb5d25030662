//! The effect `synth`: a synthesiser of eight voices, which plays into the sound that passes.

mod tables;
mod voice;

use wasm_cleave::wasm_split;

use super::parameter::{Controls, Parameter, Unit};
use super::{Effect, Face, Mark};
use crate::dsp::grid::{Grid, STEP};
use crate::dsp::{gain, keep};
use tables::Tables;
use voice::{Sound, Voice};

#[wasm_split(synth)]
pub(crate) fn synth(rate: f32) -> Box<dyn Effect> {
    Box::new(Synth::new(rate))
}

const SHAPE: usize = 0;
const DETUNE: usize = 1;
const CUTOFF: usize = 2;
const RESONANCE: usize = 3;
const ATTACK: usize = 4;
const RELEASE: usize = 5;
const LEVEL: usize = 6;

static PARAMETERS: [Parameter; 7] = [
    Parameter::linear("Shape", Unit::Percent, [0.0, 1.0], 0.25),
    Parameter::linear("Detune", Unit::Percent, [0.0, 1.0], 0.35),
    Parameter::logarithmic("Cutoff", Unit::Hertz, [120.0, 12_000.0], 1400.0),
    Parameter::linear("Resonance", Unit::Percent, [0.0, 1.0], 0.3),
    Parameter::logarithmic("Attack", Unit::Milliseconds, [2.0, 1000.0], 8.0),
    Parameter::logarithmic("Release", Unit::Milliseconds, [20.0, 3000.0], 420.0),
    Parameter::linear("Level", Unit::Decibels, [-36.0, 0.0], -15.0),
];

const VOICES: usize = 8;

/// The most that the two waves of a voice lie apart, in semitones each way.
const WIDEST: f32 = 0.3;

struct Synth {
    rate: f32,
    controls: Controls<7>,
    tables: Tables,
    voices: [Voice; VOICES],
    sound: Sound,
    grid: Grid,
}

impl Synth {
    fn new(rate: f32) -> Self {
        let mut synth = Synth {
            rate,
            controls: Controls::new(&PARAMETERS, rate),
            tables: Tables::new(rate),
            voices: Default::default(),
            sound: Sound::default(),
            grid: Grid::default(),
        };
        synth.follow_controls();
        synth
    }

    fn follow_controls(&mut self) {
        let value = |at| self.controls.now(at);
        self.sound = Sound {
            shape: value(SHAPE),
            detune: libm::exp2f(WIDEST * value(DETUNE) / 12.0),
            cutoff: value(CUTOFF),
            resonance: value(RESONANCE),
            attack: 1000.0 / (value(ATTACK) * self.rate),
            release: keep(value(RELEASE) / 4000.0, self.rate),
            rate: self.rate,
        };
    }

    /// The voice for a new note: the one that has this key, a silent one, or the quietest, let go before held.
    fn voice_for(&mut self, key: u8) -> &mut Voice {
        let rank = |voice: &Voice| {
            if !voice.is_silent() && voice.key() == key {
                return (0, 0.0);
            }
            let order = 1 + u8::from(!voice.is_silent()) + u8::from(voice.is_held());
            (order, voice.level())
        };
        let ranks = self.voices.each_ref().map(rank);
        let mut best = 0;
        for (at, rank) in ranks.iter().enumerate() {
            if *rank < ranks[best] {
                best = at;
            }
        }
        &mut self.voices[best]
    }
}

impl Effect for Synth {
    fn face(&self) -> Box<dyn Face> {
        Box::new(SynthFace {
            tables: Tables::new(self.rate),
        })
    }

    fn set(&mut self, parameter: usize, value: f32) {
        self.controls.set(parameter, value);
    }

    fn key(&mut self, key: u8, is_down: bool) {
        if is_down {
            return self.voice_for(key).press(key);
        }
        let held = self.voices.iter_mut();
        for voice in held.filter(|voice| voice.key() == key) {
            voice.release();
        }
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut at = 0;
        let mut notes = [[0.0; STEP]; 2];
        while let Some(piece) = self.grid.piece(at, left.len()) {
            at = piece.frames.end;
            if piece.is_due && self.controls.advance(STEP) {
                self.follow_controls();
            }
            let length = piece.frames.len();
            let [first, second] = notes.each_mut().map(|notes| &mut notes[..length]);
            first.fill(0.0);
            second.fill(0.0);
            let sounding = self.voices.iter_mut().filter(|voice| !voice.is_silent());
            for voice in sounding {
                if piece.is_due {
                    voice.follow(self.sound);
                }
                voice.add(self.sound, &self.tables, first, second);
            }
            let level = gain(self.controls.now(LEVEL));
            let channels = [&mut left[piece.frames.clone()], &mut right[piece.frames]];
            for (channel, notes) in channels.into_iter().zip([first, second]) {
                for (frame, note) in channel.iter_mut().zip(notes) {
                    *frame += level * *note;
                }
            }
        }
    }
}

struct SynthFace {
    tables: Tables,
}

impl Face for SynthFace {
    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    /// Three periods of the two waves together, rounded by the filter.
    fn draw(&self, values: &[f32], heights: &mut [f32]) {
        const PERIODS: f32 = 3.0;
        const NOTE: f32 = 220.0;
        let detune = 0.06 * values[DETUNE];
        let step = PERIODS / heights.len() as f32;
        let smooth = (std::f32::consts::TAU * values[CUTOFF] / NOTE * step).min(1.0);
        let mut low = 0.0;
        // Once around before it is drawn: the filter has to be where it will come back to.
        for turn in 0..2 {
            for (at, height) in heights.iter_mut().enumerate() {
                let phase = step * at as f32;
                let read =
                    |phase: f32| self.tables.read(NOTE, phase.rem_euclid(1.0), values[SHAPE]);
                let wave = (read(phase * (1.0 - detune)) + read(phase * (1.0 + detune))) / 2.0;
                low += smooth * (wave - low);
                if turn == 1 {
                    *height = (0.5 + 0.4 * low).clamp(0.0, 1.0);
                }
            }
        }
    }

    fn marks(&self) -> &'static [Mark] {
        &[
            Mark::Across(0.333, ""),
            Mark::Across(0.667, ""),
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
    use crate::effects::tests::{RATE, level, run};

    fn power_at(frames: &[f32], frequency: f32) -> f32 {
        let turn = f64::from(frequency) * std::f64::consts::TAU / f64::from(RATE);
        let sums = frames
            .iter()
            .enumerate()
            .fold((0.0, 0.0), |(cos, sin), (at, frame)| {
                let (s, c) = (turn * at as f64).sin_cos();
                (cos + c * f64::from(*frame), sin + s * f64::from(*frame))
            });
        (sums.0.hypot(sums.1) / frames.len() as f64) as f32
    }

    fn hertz(key: u8) -> f32 {
        440.0 * libm::exp2f((f32::from(key) - 69.0) / 12.0)
    }

    #[test]
    fn it_plays_the_notes_it_is_told_and_no_others() {
        let mut effect = Synth::new(RATE);
        effect.set(DETUNE, 0.0);
        run(&mut effect, &vec![0.0; 48_000]);
        for key in [60, 64, 67] {
            effect.key(key, true);
        }
        let output = &run(&mut effect, &vec![0.0; 48_000])[0];
        for (key, sounds) in [
            (60, true),
            (61, false),
            (62, false),
            (64, true),
            (66, false),
            (67, true),
        ] {
            let power = power_at(output, hertz(key));
            assert_eq!(power > 0.005, sounds, "{key}: {power}");
        }
        effect.key(64, false);
        run(&mut effect, &vec![0.0; 96_000]);
        let output = &run(&mut effect, &vec![0.0; 48_000])[0];
        assert!(power_at(output, hertz(60)) > 0.005);
        assert!(power_at(output, hertz(64)) < 1e-3);
    }

    #[test]
    fn the_ninth_note_takes_the_place_of_one_that_was_let_go() {
        let mut effect = Synth::new(RATE);
        for key in 50..58 {
            effect.key(key, true);
            run(&mut effect, &vec![0.0; 4800]);
        }
        effect.key(53, false);
        run(&mut effect, &vec![0.0; 480]);
        effect.key(70, true);
        let mut held: Vec<u8> = effect.voices.iter().map(Voice::key).collect();
        held.sort_unstable();
        assert_eq!(held, [50, 51, 52, 54, 55, 56, 57, 70]);
    }

    #[test]
    fn a_note_that_is_let_go_falls_silent_and_leaves_the_sound_alone() {
        let mut effect = Synth::new(RATE);
        effect.key(60, true);
        run(&mut effect, &vec![0.0; 9600]);
        effect.key(60, false);
        run(&mut effect, &vec![0.0; 240_000]);
        assert!(effect.voices.iter().all(Voice::is_silent));
        let input = crate::effects::tests::noise(1000);
        assert_eq!(run(&mut effect, &input)[0], input);
        assert!(level(&input) > 0.0);
    }
}
