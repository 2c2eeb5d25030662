//! The filter `denoise`: smooth areas, sharp edges.
//!
//! The bilateral filter (Tomasi and Manduchi, 1998): a mean of the pixels around, in which a pixel counts less the farther
//! away it is, and the more its colour differs.

use wasm_cleave::wasm_split;

use super::Filter;
use super::padded::Padded;
use crate::part::Part;
use crate::picture::{Picture, byte};

const RADIUS: usize = 5;

/// The distance, in pixels, and the difference, as the sum over three colours, at which a pixel counts 0.6.
const NEAR: f32 = 3.2;
const ALIKE: f32 = 48.0;

/// The largest difference of two colours.
const FARTHEST: usize = 3 * 255;

#[wasm_split(denoise)]
pub(super) fn denoise() -> Box<dyn Filter> {
    Part::Denoise.used();
    let alike = (0..=FARTHEST).map(|difference| bell(difference as f32, ALIKE));
    Box::new(Denoise {
        alike: alike.collect(),
    })
}

struct Denoise {
    /// How much a pixel counts, by its difference.
    alike: Vec<f32>,
}

fn bell(value: f32, width: f32) -> f32 {
    (-0.5 * (value / width).powi(2)).exp()
}

impl Filter for Denoise {
    fn part(&self) -> Part {
        Part::Denoise
    }

    fn apply(&self, picture: &Picture) -> Picture {
        let padded = Padded::new(picture, RADIUS);
        let taps = disc(padded.stride() as isize);
        picture.map(|at, [red, green, blue]| {
            let middle = padded.position(at) as isize;
            let mut sums = [0.0; 3];
            let mut weights = 0.0;
            for (offset, near) in &taps {
                let pixel = padded.pixels()[(middle + offset) as usize];
                let difference = usize::from(pixel[0].abs_diff(red))
                    + usize::from(pixel[1].abs_diff(green))
                    + usize::from(pixel[2].abs_diff(blue));
                let weight = near * self.alike[difference];
                sums[0] += weight * f32::from(pixel[0]);
                sums[1] += weight * f32::from(pixel[1]);
                sums[2] += weight * f32::from(pixel[2]);
                weights += weight;
            }
            sums.map(|sum| byte(sum / weights))
        })
    }
}

/// The pixels around one: how far each is from it in memory, and how much it counts for its distance.
fn disc(stride: isize) -> Vec<(isize, f32)> {
    let reach = RADIUS as isize;
    let mut taps = Vec::new();
    for y in -reach..=reach {
        for x in -reach..=reach {
            let distance = ((x * x + y * y) as f32).sqrt();
            if distance <= RADIUS as f32 + 0.5 {
                taps.push((y * stride + x, bell(distance, NEAR)));
            }
        }
    }
    taps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_goes_and_edges_stay() {
        let rgba = (0..24 * 24).flat_map(|at: usize| {
            let side = if at % 24 < 12 { 40 } else { 200 };
            let noise = (at * 7919 % 13) as u8;
            [side + noise, side, side, 255]
        });
        let picture = Picture::new(24, 24, rgba.collect()).unwrap();
        let made = denoise().wait().unwrap().apply(&picture);
        let spread = |picture: &Picture, from: usize| {
            let reds = (12 * 24 + from..12 * 24 + from + 8).map(|at| picture.rgba()[at * 4]);
            reds.clone().max().unwrap() - reds.min().unwrap()
        };
        assert!(spread(&made, 2) * 2 < spread(&picture, 2));
        assert!(made.rgba()[(12 * 24 + 11) * 4] < 60 && made.rgba()[(12 * 24 + 12) * 4] > 190);
    }
}
