//! Convolution with a long response, in the frequency domain.
//!
//! The response is cut into parts of [`PART`] frames, and each part's spectrum kept. Whenever as many frames have come
//! in, their spectrum joins those of the last blocks; the sum of all products, block `n` with the part that is `n`
//! blocks late, is the spectrum of the next frames to go out (uniformly partitioned overlap-save, after Stockham).
//! What goes out is late by [`PART`] frames.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Frames that are transformed at once.
pub(crate) const PART: usize = 128;
const BINS: usize = PART + 1;

/// Parts that have become so quiet are left out.
const SILENCE: f32 = 1e-5;

type Bins = [Complex<f32>; BINS];
const EMPTY: Bins = [Complex::new(0.0, 0.0); BINS];

/// One channel.
pub(crate) struct Convolver {
    forward: Arc<dyn RealToComplex<f32>>,
    backward: Arc<dyn ComplexToReal<f32>>,
    response: Vec<Bins>,
    /// The spectra of as many blocks as the response has parts; `newest` is where the last one is.
    past: Vec<Bins>,
    newest: usize,
    /// The block before, and the one that is being filled.
    input: [f32; 2 * PART],
    output: [f32; PART],
    /// How many frames of the block are there.
    filled: usize,
    /// By which factor each part is quieter than the one before.
    decay: f32,
    time: [f32; 2 * PART],
    sum: Bins,
    scratch: Vec<Complex<f32>>,
}

impl Convolver {
    pub(crate) fn new(response: &[f32], planner: &mut RealFftPlanner<f32>) -> Self {
        let forward = planner.plan_fft_forward(2 * PART);
        let backward = planner.plan_fft_inverse(2 * PART);
        let scratch = forward.get_scratch_len().max(backward.get_scratch_len());
        let mut convolver = Convolver {
            forward,
            backward,
            response: Vec::new(),
            past: Vec::new(),
            newest: 0,
            input: [0.0; 2 * PART],
            output: [0.0; PART],
            filled: 0,
            decay: 1.0,
            time: [0.0; 2 * PART],
            sum: EMPTY,
            scratch: vec![Complex::default(); scratch],
        };
        convolver.response = response
            .chunks(PART)
            .map(|part| convolver.part(part))
            .collect();
        convolver.past = vec![EMPTY; convolver.response.len()];
        convolver
    }

    /// The spectrum of a part of the response, with all that the transforms multiply by taken out.
    fn part(&mut self, part: &[f32]) -> Bins {
        self.time.fill(0.0);
        for (time, frame) in self.time.iter_mut().zip(part) {
            *time = frame / (2 * PART) as f32;
        }
        let mut bins = EMPTY;
        transformed(self.forward.process_with_scratch(
            &mut self.time,
            &mut bins,
            &mut self.scratch,
        ));
        bins
    }

    /// Makes each part of the response this factor quieter than the one before, on top of what it is.
    pub(crate) fn set_decay(&mut self, decay: f32) {
        self.decay = decay;
    }

    /// Takes a frame in, and gives the one that is due.
    pub(crate) fn next(&mut self, frame: f32) -> f32 {
        let output = self.output[self.filled];
        self.input[PART + self.filled] = frame;
        self.filled += 1;
        if self.filled == PART {
            self.filled = 0;
            self.convolve();
        }
        output
    }

    fn convolve(&mut self) {
        self.newest = (self.newest + 1) % self.past.len().max(1);
        self.time = self.input;
        self.input.copy_within(PART.., 0);
        let Some(newest) = self.past.get_mut(self.newest) else {
            return;
        };
        transformed(
            self.forward
                .process_with_scratch(&mut self.time, newest, &mut self.scratch),
        );
        self.sum = EMPTY;
        let (after, before) = self.past.split_at(self.newest + 1);
        let blocks = after.iter().rev().chain(before.iter().rev());
        let mut gain = 1.0;
        for (block, part) in blocks.zip(&self.response) {
            for ((sum, block), part) in self.sum.iter_mut().zip(block).zip(part) {
                sum.re += gain * (block.re * part.re - block.im * part.im);
                sum.im += gain * (block.re * part.im + block.im * part.re);
            }
            gain *= self.decay;
            if gain < SILENCE {
                break;
            }
        }
        // The ends of a real signal's spectrum are real.
        self.sum[0].im = 0.0;
        self.sum[BINS - 1].im = 0.0;
        transformed(self.backward.process_with_scratch(
            &mut self.sum,
            &mut self.time,
            &mut self.scratch,
        ));
        self.output.copy_from_slice(&self.time[PART..]);
    }
}

/// A transform fails if its buffers have wrong lengths, which the constructor sees to.
fn transformed(result: Result<(), realfft::FftError>) {
    debug_assert!(result.is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::tests::noise;

    /// The direct sum, in double precision.
    fn direct(input: &[f32], response: &[f32]) -> Vec<f32> {
        let frames = 0..input.len();
        let sum = |at: usize| {
            let terms = response.iter().take(at + 1).enumerate();
            terms
                .map(|(late, &factor)| f64::from(factor) * f64::from(input[at - late]))
                .sum::<f64>() as f32
        };
        frames.map(sum).collect()
    }

    fn convolve(input: &[f32], response: &[f32], decay: f32) -> Vec<f32> {
        let mut convolver = Convolver::new(response, &mut RealFftPlanner::new());
        convolver.set_decay(decay);
        let tail = std::iter::repeat_n(&0.0, PART);
        let frames = input.iter().chain(tail);
        frames
            .map(|&frame| convolver.next(frame))
            .skip(PART)
            .collect()
    }

    fn worst(left: &[f32], right: &[f32]) -> f32 {
        assert_eq!(left.len(), right.len());
        let distances = left
            .iter()
            .zip(right)
            .map(|(left, right)| (left - right).abs());
        distances.fold(0.0, f32::max)
    }

    #[test]
    fn it_is_the_direct_sum_128_frames_later() {
        let input = noise(3000);
        for length in [1, 127, 128, 129, 1000] {
            let response: Vec<f32> = noise(length + 50).split_off(50);
            let distance = worst(
                &convolve(&input, &response, 1.0),
                &direct(&input, &response),
            );
            assert!(distance < 1e-4, "{length}: {distance}");
        }
    }

    #[test]
    fn it_is_the_direct_sum_with_the_whole_room() {
        let [response, _] = crate::effects::reverb::room::response(6000.0);
        let input = noise(response.len() + 1000);
        let distance = worst(
            &convolve(&input, &response, 1.0),
            &direct(&input, &response),
        );
        assert!(distance < 1e-4, "{distance}");
    }

    #[test]
    fn decay_makes_the_parts_quieter() {
        let mut input = vec![0.0; 500];
        input[0] = 1.0;
        let output = convolve(&input, &[1.0; 384], 0.5);
        for (at, expected) in [(0, 1.0), (127, 1.0), (128, 0.5), (383, 0.25), (384, 0.0)] {
            assert!((output[at] - expected).abs() < 1e-5, "{at}: {}", output[at]);
        }
    }

    #[test]
    fn without_a_response_there_is_silence() {
        assert_eq!(convolve(&noise(300), &[], 1.0), vec![0.0; 300]);
    }
}
