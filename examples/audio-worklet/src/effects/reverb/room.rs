//! The room that the reverb answers with: what it would say to a single click, computed. A few early reflections, then
//! noise that falls by 60 dB in [`SECONDS`] and loses its high notes sooner than its low ones.

use std::f32::consts::TAU;

/// As long as the response is, and takes to fall by 60 dB.
pub(crate) const SECONDS: f32 = 2.6;

/// When each early reflection comes, in milliseconds, and how loud it is, left and right.
pub(crate) const EARLY: [(f32, [f32; 2]); 9] = [
    (7.1, [0.62, 0.31]),
    (11.3, [0.25, 0.58]),
    (16.9, [-0.44, 0.27]),
    (21.7, [0.22, -0.41]),
    (27.4, [0.36, 0.12]),
    (34.8, [0.11, 0.33]),
    (41.2, [-0.26, 0.17]),
    (53.6, [0.16, 0.24]),
    (66.9, [0.19, -0.14]),
];

/// When the noise begins, and when it is at its full level, in seconds.
const NOISE: [f32; 2] = [0.018, 0.075];

/// Where the noise loses its high notes: at its beginning, and at its end, in hertz.
const CUTOFF: [f32; 2] = [11_000.0, 1100.0];

/// How much of the whole the early reflections are.
const EARLY_SHARE: f32 = 0.25;

/// Numbers as good as chance, the same ones every time (Marsaglia's xorshift of 32 bits).
pub(crate) struct Chance(u32);

impl Chance {
    pub(crate) fn new(seed: u32) -> Self {
        Chance(seed.wrapping_mul(2_654_435_761) | 1)
    }

    /// From -1 to 1.
    pub(crate) fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}

/// What the room answers on the left and on the right. Each has a power of 1.
pub(crate) fn response(rate: f32) -> [Vec<f32>; 2] {
    [0, 1].map(|side| {
        let early = scaled(early(side, rate), EARLY_SHARE);
        let late = scaled(late(side, rate), 1.0 - EARLY_SHARE);
        early
            .iter()
            .zip(&late)
            .map(|(early, late)| early + late)
            .collect()
    })
}

fn early(side: usize, rate: f32) -> Vec<f32> {
    let mut response = vec![0.0; (SECONDS * rate) as usize];
    for (milliseconds, levels) in EARLY {
        response[(milliseconds / 1000.0 * rate) as usize] += levels[side];
    }
    response
}

fn late(side: usize, rate: f32) -> Vec<f32> {
    let mut chance = Chance::new(side as u32 + 1);
    let mut filtered = [0.0_f32; 2];
    let frames = (SECONDS * rate) as usize;
    let noise = (0..frames).map(|at| {
        let time = at as f32 / rate;
        let rise = ((time - NOISE[0]) / (NOISE[1] - NOISE[0])).clamp(0.0, 1.0);
        let part = time / SECONDS;
        let cutoff = CUTOFF[0] * libm::powf(CUTOFF[1] / CUTOFF[0], part);
        let step = 1.0 - libm::expf(-TAU * cutoff / rate);
        filtered[0] += step * (chance.next() - filtered[0]);
        filtered[1] += step * (filtered[0] - filtered[1]);
        // A low cutoff makes noise quieter: the square root keeps its power as it was.
        rise * rise * filtered[1] / step.sqrt() * libm::powf(0.001, part)
    });
    noise.collect()
}

/// The same with this power.
fn scaled(mut response: Vec<f32>, power: f32) -> Vec<f32> {
    let factor = (power / response.iter().map(|frame| frame * frame).sum::<f32>()).sqrt();
    for frame in &mut response {
        *frame *= factor;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::decibels;
    use crate::effects::tests::level;

    const RATE: f32 = 48_000.0;

    /// In decibels, of a tenth of a second.
    fn at(response: &[f32], seconds: f32) -> f32 {
        let start = (seconds * RATE) as usize;
        decibels(level(&response[start..start + 4800]))
    }

    #[test]
    fn it_falls_by_60_decibels_in_its_time() {
        for response in response(RATE) {
            let fall = at(&response, 0.2) - at(&response, 2.2);
            assert!((fall - 60.0 * 2.0 / SECONDS).abs() < 3.0, "{fall}");
            let power: f32 = response.iter().map(|frame| frame * frame).sum();
            assert!((power - 1.0).abs() < 0.05, "{power}");
        }
    }

    #[test]
    fn both_sides_differ_and_stay_the_same() {
        let [left, right] = response(RATE);
        let product: f32 = left
            .iter()
            .zip(&right)
            .map(|(left, right)| left * right)
            .sum();
        assert!(product.abs() < 0.3, "{product}");
        assert!(response(RATE) == [left, right]);
    }
}
