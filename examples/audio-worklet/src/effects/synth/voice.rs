//! One note of the synthesiser: two waves against each other, a filter, and how loud it is when.

use super::tables::Tables;
use crate::dsp::flush;

/// What all voices have in common just now.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sound {
    pub(super) shape: f32,
    /// By which factor the two waves lie apart.
    pub(super) detune: f32,
    /// The filter's, in hertz.
    pub(super) cutoff: f32,
    /// From 0 to 1.
    pub(super) resonance: f32,
    /// What a frame brings: a straight rise, and what is left of a fall.
    pub(super) attack: f32,
    pub(super) release: f32,
    pub(super) rate: f32,
}

/// How much louder a new note is than one that is held, and how fast that goes, as a part left after a frame.
const ACCENT: f32 = 0.45;

/// What a note's filter is opened by at its beginning.
const SWEEP: f32 = 2.5;

/// From which level on a note is over.
const SILENCE: f32 = 1e-5;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Silent,
    Rising,
    Held,
    Falling,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Voice {
    key: u8,
    stage: Stage,
    frequency: f32,
    phases: [f32; 2],
    level: f32,
    /// Goes from 1 to 0 while a note is held.
    accent: f32,
    filter: Filter,
    /// The two memories of the filter, for each wave.
    memories: [[f32; 2]; 2],
}

impl Voice {
    /// Begins a note. One that still sounds goes on from its level, without a click.
    pub(super) fn press(&mut self, key: u8) {
        if self.stage == Stage::Silent {
            self.phases = [0.0, 0.37];
            self.memories = Default::default();
        }
        self.key = key;
        self.frequency = 440.0 * libm::exp2f((f32::from(key) - 69.0) / 12.0);
        self.stage = Stage::Rising;
        self.accent = 1.0;
    }

    pub(super) fn release(&mut self) {
        if self.is_held() {
            self.stage = Stage::Falling;
        }
    }

    /// Whether the key is down.
    pub(super) fn is_held(&self) -> bool {
        matches!(self.stage, Stage::Rising | Stage::Held)
    }

    pub(super) fn is_silent(&self) -> bool {
        self.stage == Stage::Silent
    }

    pub(super) fn key(&self) -> u8 {
        self.key
    }

    pub(super) fn level(&self) -> f32 {
        self.level
    }

    /// Moves the filter to where it has to be now.
    pub(super) fn follow(&mut self, sound: Sound) {
        let open = 1.0 + SWEEP * self.accent * self.accent;
        self.filter = Filter::new((sound.cutoff * open).min(0.42 * sound.rate), sound);
    }

    /// Adds the note to a few frames of both channels.
    pub(super) fn add(
        &mut self,
        sound: Sound,
        tables: &Tables,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let apart = [1.0 / sound.detune, sound.detune].map(|factor| factor * self.frequency);
        for (left, right) in left.iter_mut().zip(right) {
            let level = self.envelope(sound);
            let mut waves = [0.0; 2];
            for (wave, frequency) in apart.into_iter().enumerate() {
                let height = tables.read(frequency, self.phases[wave], sound.shape);
                let phase = self.phases[wave] + frequency / sound.rate;
                self.phases[wave] = phase - phase.floor();
                waves[wave] = level * self.filter.run(height, &mut self.memories[wave]);
            }
            *left += 0.7 * waves[0] + 0.3 * waves[1];
            *right += 0.3 * waves[0] + 0.7 * waves[1];
        }
    }

    fn envelope(&mut self, sound: Sound) -> f32 {
        match self.stage {
            Stage::Rising => {
                self.level += sound.attack;
                if self.level >= 1.0 {
                    self.level = 1.0;
                    self.stage = Stage::Held;
                }
            }
            Stage::Falling => {
                self.level *= sound.release;
                if self.level < SILENCE {
                    self.level = 0.0;
                    self.stage = Stage::Silent;
                }
            }
            Stage::Held | Stage::Silent => {}
        }
        // Falls to 1/e in a third of a second at 48 kHz, like a string that was struck.
        self.accent = flush(self.accent * (1.0 - 3.0 / sound.rate));
        self.level * (1.0 - ACCENT + ACCENT * self.accent)
    }
}

/// A low pass of second order as a state variable filter, which may be moved while it runs (Andrew Simper, "Linear
/// Trapezoidal Integrated State Variable Filter", 2013).
#[derive(Clone, Debug, Default)]
struct Filter {
    a: [f32; 3],
}

impl Filter {
    fn new(cutoff: f32, sound: Sound) -> Self {
        let g = libm::tanf(std::f32::consts::PI * cutoff / sound.rate);
        let k = 2.0 - 1.85 * sound.resonance;
        let a1 = 1.0 / (1.0 + g * (g + k));
        Filter {
            a: [a1, g * a1, g * g * a1],
        }
    }

    fn run(&self, input: f32, [first, second]: &mut [f32; 2]) -> f32 {
        let [a1, a2, a3] = self.a;
        let rest = input - *second;
        let band = a1 * *first + a2 * rest;
        let low = *second + a2 * *first + a3 * rest;
        *first = flush(2.0 * band - *first);
        *second = flush(2.0 * low - *second);
        low
    }
}
