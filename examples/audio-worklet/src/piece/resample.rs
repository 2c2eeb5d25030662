//! From one sampling rate to another: each frame is a weighted sum of those around its place, by a sine cardinal under a
//! Blackman window. The end of the piece is followed by its beginning, since it is played in a loop.

use std::f64::consts::PI;

/// Zero crossings of the sine cardinal on each side.
const REACH: usize = 16;

/// Places between two frames that have weights of their own.
const PLACES: usize = 512;

/// One channel at `to` frames a second instead of `from`.
pub(super) fn resample(channel: Vec<f32>, from: u32, to: u32) -> Vec<f32> {
    if from == to || channel.is_empty() {
        return channel;
    }
    let (from, to) = (u64::from(from), u64::from(to));
    // What is above half of the lower rate is left out.
    let scale = (to as f64 / from as f64).min(1.0);
    let reach = (REACH as f64 / scale) as usize + 1;
    let weights = weights(scale, reach);
    let frames = channel.len() as u64 * to / from;
    (0..frames)
        .map(|frame| {
            let whole = (frame * from / to) as usize;
            let place = (frame * from % to) * PLACES as u64 / to;
            let weights = &weights[place as usize * 2 * reach..][..2 * reach];
            let start = whole + channel.len() * reach - (reach - 1);
            let terms = weights.iter().enumerate();
            terms
                .map(|(at, weight)| weight * channel[(start + at) % channel.len()])
                .sum()
        })
        .collect()
}

/// For each place between two frames, the weights of `reach` frames before it and as many after it.
fn weights(scale: f64, reach: usize) -> Vec<f32> {
    let weight = |distance: f64| {
        let part = distance / reach as f64;
        if part.abs() >= 1.0 {
            return 0.0;
        }
        let window = 0.42 + 0.5 * libm::cos(PI * part) + 0.08 * libm::cos(2.0 * PI * part);
        let turn = PI * distance * scale;
        let cardinal = if turn == 0.0 {
            1.0
        } else {
            libm::sin(turn) / turn
        };
        scale * window * cardinal
    };
    let places = (0..PLACES).map(|place| place as f64 / PLACES as f64);
    places
        .flat_map(|place| {
            (0..2 * reach).map(move |at| weight(at as f64 - (reach - 1) as f64 - place) as f32)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A whole number of periods, so that the loop has no seam.
    fn wave(periods: f64, frames: usize) -> Vec<f32> {
        let turn = 2.0 * PI * periods / frames as f64;
        (0..frames)
            .map(|at| libm::sin(turn * at as f64) as f32)
            .collect()
    }

    #[test]
    fn sines_stay_what_they_are() {
        for (from, to) in [(44_100, 48_000), (48_000, 44_100), (22_050, 48_000)] {
            for periods in [4.0, 80.0, 160.0] {
                let made = resample(wave(periods, from as usize / 50), from, to);
                let expected = wave(periods, to as usize / 50);
                assert_eq!(made.len(), expected.len());
                let distances = made.iter().zip(&expected).map(|(a, b)| (a - b).abs());
                let worst = distances.fold(0.0, f32::max);
                assert!(worst < 0.02, "{from} {to} {periods}: {worst}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_below_half_of_the_rate_is_left_out() {
        let made = resample(wave(900.0, 2400), 48_000, 24_000);
        assert!(made.iter().all(|frame| frame.abs() < 0.01));
    }
}
