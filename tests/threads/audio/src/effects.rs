//! Effects, each in a chunk of its own. Their state and tables are made on the page.

use wasm_cleave::wasm_split;

pub const RATE: f32 = 48_000.0;

pub trait Effect: Send {
    fn render(&mut self, samples: &mut [f32]);
}

pub type Made = Box<dyn Effect>;

/// Bends the wave with a table that lies in the chunk's data.
struct Shaper {
    drive: f32,
}

static CURVE: [f32; 9] = [-0.9, -0.85, -0.7, -0.4, 0.0, 0.3, 0.65, 0.8, 0.95];

impl Effect for Shaper {
    fn render(&mut self, samples: &mut [f32]) {
        for sample in samples {
            let at = (*sample * self.drive).clamp(-1.0, 1.0) * 4.0 + 4.0;
            let (low, part) = ((at as usize).min(7), at.fract());
            *sample = CURVE[low] + (CURVE[low + 1] - CURVE[low]) * part;
        }
    }
}

#[wasm_split(shaper)]
pub fn shaper(drive: f32) -> Made {
    Box::new(Shaper { drive })
}

/// Repeats what was a while ago.
struct Echo {
    line: Vec<f32>,
    at: usize,
}

impl Effect for Echo {
    fn render(&mut self, samples: &mut [f32]) {
        for sample in samples {
            let old = self.line[self.at];
            *sample += old * 0.5;
            self.line[self.at] = *sample;
            self.at = (self.at + 1) % self.line.len();
        }
    }
}

#[wasm_split(echo)]
pub fn echo(frames: usize) -> Made {
    let line = vec![0.0; frames];
    Box::new(Echo { line, at: 0 })
}

/// A resonant low-pass filter: the state variable form of Andrew Simper (Cytomic, 2013).
struct Filter {
    g: f32,
    k: f32,
    state: [f32; 2],
}

impl Effect for Filter {
    fn render(&mut self, samples: &mut [f32]) {
        let a1 = 1.0 / (1.0 + self.g * (self.g + self.k));
        let (a2, a3) = (self.g * a1, self.g * self.g * a1);
        for sample in samples {
            let [s1, s2] = self.state;
            let v3 = *sample - s2;
            let v1 = a1 * s1 + a2 * v3;
            let v2 = s2 + a2 * s1 + a3 * v3;
            self.state = [2.0 * v1 - s1, 2.0 * v2 - s2];
            *sample = v2;
        }
    }
}

#[wasm_split(filter)]
pub fn filter(hertz: f32) -> Made {
    let g = (std::f32::consts::PI * hertz / RATE).tan();
    Box::new(Filter {
        g,
        k: 0.5,
        state: [0.0; 2],
    })
}

/// What a processor calls by itself, if it is there.
#[wasm_split(level)]
pub fn level(samples: &[f32]) -> f32 {
    samples
        .iter()
        .fold(0.0, |most, sample| most.max(sample.abs()))
}

/// A saw tooth with a little noise, the same in every run.
pub struct Saw {
    phase: f32,
    seed: u32,
}

impl Saw {
    pub fn new() -> Self {
        Saw {
            phase: 0.0,
            seed: 1,
        }
    }

    pub fn next(&mut self) -> f32 {
        self.phase = (self.phase + 110.0 / RATE).fract();
        self.seed = self
            .seed
            .wrapping_mul(747_796_405)
            .wrapping_add(2_891_336_453);
        let noise = (self.seed >> 8) as f32 / 16_777_216.0 - 0.5;
        self.phase - 0.5 + noise * 0.1
    }
}
