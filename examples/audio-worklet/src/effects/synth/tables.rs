//! Single periods of a sawtooth and a square wave, one pair an octave, each with just the overtones that fit below half
//! the sampling rate: nothing is mirrored back into what is heard.

/// Frames of a period.
const LENGTH: usize = 2048;

/// Octaves, from the lowest key up.
const OCTAVES: usize = 10;

/// The frequency up to which the lowest table serves, in hertz.
const LOWEST: f32 = 32.0;

/// How far up overtones may go, as a part of half the sampling rate.
const HIGHEST: f32 = 0.95;

struct Octave {
    saw: Vec<f32>,
    square: Vec<f32>,
}

/// The tables for one sampling rate.
pub(super) struct Tables {
    octaves: Vec<Octave>,
}

impl Tables {
    pub(super) fn new(rate: f32) -> Self {
        let turn = std::f64::consts::TAU / LENGTH as f64;
        let sine: Vec<f64> = (0..LENGTH).map(|at| libm::sin(turn * at as f64)).collect();
        let octaves = (0..OCTAVES).map(|octave| {
            let highest = LOWEST * (1 << octave) as f32;
            let overtones = (HIGHEST * rate / 2.0 / highest) as usize;
            let overtones = overtones.clamp(1, LENGTH / 4);
            // A square has the odd overtones only.
            Octave {
                saw: period(&sine, 1..overtones + 1, 1),
                square: period(&sine, 1..overtones + 1, 2),
            }
        });
        Tables {
            octaves: octaves.collect(),
        }
    }

    /// The height at `phase`, from 0 to 1, of a wave between a sawtooth, 0, and a square, 1.
    pub(super) fn read(&self, frequency: f32, phase: f32, shape: f32) -> f32 {
        let octave = libm::ceilf(libm::log2f(frequency / LOWEST)).max(0.0) as usize;
        let Some(octave) = self.octaves.get(octave) else {
            return 0.0;
        };
        let at = phase * LENGTH as f32;
        let whole = at as usize;
        let part = at - whole as f32;
        let between = |table: &[f32]| {
            let first = table[whole % LENGTH];
            first + part * (table[(whole + 1) % LENGTH] - first)
        };
        let saw = between(&octave.saw);
        saw + shape * (between(&octave.square) - saw)
    }
}

/// The sum of every `step`th overtone, each as strong as its number says.
fn period(sine: &[f64], overtones: std::ops::Range<usize>, step: usize) -> Vec<f32> {
    let level = 2.0 / std::f64::consts::PI * step as f64;
    let mut sum = vec![0.0; LENGTH];
    for number in overtones.step_by(step) {
        for (at, sum) in sum.iter_mut().enumerate() {
            *sum += level / number as f64 * sine[at * number % LENGTH];
        }
    }
    sum.into_iter().map(|height| height as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f32 = 48_000.0;

    /// The part of the power that is no overtone of the note.
    fn dirt(frequency: f32, shape: f32) -> f32 {
        // As many frames as hold a whole number of periods: every overtone is one line of the spectrum.
        let frames = 48_000;
        let tables = Tables::new(RATE);
        let wave: Vec<f32> = (0..frames)
            .map(|at| {
                tables.read(
                    frequency,
                    (frequency as f64 * at as f64 / 48_000.0).fract() as f32,
                    shape,
                )
            })
            .collect();
        let spectrum = {
            let plan = realfft::RealFftPlanner::new().plan_fft_forward(frames);
            let mut bins = plan.make_output_vec();
            plan.process(&mut wave.clone(), &mut bins).unwrap();
            bins
        };
        let power = |harmonic: bool| {
            let bins = spectrum.iter().enumerate().skip(1);
            let fitting = bins.filter(|(at, _)| (at % frequency as usize == 0) == harmonic);
            fitting.map(|(_, bin)| bin.norm_sqr()).sum::<f32>()
        };
        power(false) / power(true)
    }

    #[test]
    fn nothing_is_mirrored_back() {
        for frequency in [110.0, 931.0, 2093.0, 4001.0] {
            for shape in [0.0, 1.0] {
                let dirt = 10.0 * dirt(frequency, shape).log10();
                assert!(dirt < -60.0, "{frequency} {shape}: {dirt} dB");
            }
        }
    }

    #[test]
    fn low_notes_are_nearly_the_shapes_of_their_names() {
        let tables = Tables::new(RATE);
        for (phase, saw, square) in [(0.125, 0.75, 1.0), (0.25, 0.5, 1.0), (0.75, -0.5, -1.0)] {
            assert!((tables.read(30.0, phase, 0.0) - saw).abs() < 0.02);
            assert!((tables.read(30.0, phase, 1.0) - square).abs() < 0.02);
        }
    }
}
