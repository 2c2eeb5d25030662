//! The filter `paint`: brush strokes.
//!
//! Kuwahara's filter with eight sectors and soft weights (Papari, Petkov and Campisi, 2007): around each pixel lie eight
//! sectors of a disc; the pixel becomes the mean of their means, and the less uniform a sector is the less it counts.
//! So areas become flat, and edges stay where they are.

use wasm_cleave::wasm_split;

use super::Filter;
use super::padded::Padded;
use crate::part::Part;
use crate::picture::{Picture, byte};

const RADIUS: isize = 8;
const SECTORS: usize = 8;

/// How much the pixel itself counts in every sector: enough to tell those on the other side of an edge from its own.
const MIDDLE: u32 = 4;

/// How much more colour the result has.
const SATURATION: f32 = 1.25;

#[wasm_split(paint)]
pub(super) fn paint() -> Box<dyn Filter> {
    Part::Paint.used();
    Box::new(Paint)
}

struct Paint;

/// What is looked at in one direction from a pixel.
#[derive(Default)]
struct Sector {
    /// How far each is from the middle in memory, and its weight from 1 to 17.
    taps: Vec<(isize, u32)>,
    /// The sum of the weights, the middle included.
    weight: u32,
}

impl Filter for Paint {
    fn part(&self) -> Part {
        Part::Paint
    }

    fn apply(&self, picture: &Picture) -> Picture {
        let padded = Padded::new(picture, RADIUS as usize);
        let sectors = disc(padded.stride() as isize);
        picture.map(|at, _| {
            let middle = padded.position(at);
            mixed(sectors.each_ref().map(|sector| {
                let mut sum = Sum::default();
                sum.add(padded.pixels()[middle], MIDDLE);
                for &(offset, weight) in &sector.taps {
                    sum.add(padded.pixels()[middle.wrapping_add_signed(offset)], weight);
                }
                sum.scaled(1.0 / sector.weight as f32)
            }))
        })
    }
}

/// Red, green, blue, brightness and its square, each times the weights.
#[derive(Default)]
struct Sum([u32; 5]);

impl Sum {
    fn add(&mut self, pixel: [u8; 4], weight: u32) {
        let [red, green, blue, luma] = pixel.map(u32::from);
        let new = [red, green, blue, luma, luma * luma];
        for (sum, new) in self.0.iter_mut().zip(new) {
            *sum += weight * new;
        }
    }

    fn scaled(self, scale: f32) -> [f32; 5] {
        self.0.map(|sum| sum as f32 * scale)
    }
}

/// The sectors around a pixel. Every second pixel is enough: what lies between is much the same.
fn disc(stride: isize) -> [Sector; SECTORS] {
    let mut sectors: [Sector; SECTORS] = Default::default();
    for sector in &mut sectors {
        sector.weight = MIDDLE;
    }
    for y in -RADIUS..=RADIUS {
        for x in -RADIUS..=RADIUS {
            let distance = ((x * x + y * y) as f32).sqrt() / RADIUS as f32;
            if distance == 0.0 || distance > 1.05 || (x + y) % 2 != 0 {
                continue;
            }
            let turn = (y as f32).atan2(x as f32) / std::f32::consts::TAU + 1.0;
            let weight = (16.0 * (-2.0 * distance * distance).exp()) as u32 + 1;
            let sector = &mut sectors[(turn * SECTORS as f32 + 0.5) as usize % SECTORS];
            sector.taps.push((y * stride + x, weight));
            sector.weight += weight;
        }
    }
    sectors
}

/// One colour from what the sectors are like.
fn mixed(sectors: [[f32; 5]; SECTORS]) -> [u8; 3] {
    let mut mix = [0.0; 3];
    let mut shares = 0.0;
    for [red, green, blue, luma, square] in sectors {
        let variance = (square - luma * luma).max(0.0);
        let uniform = 1.0 / (1.0 + variance);
        let share = uniform * uniform * uniform * uniform;
        for (mix, colour) in mix.iter_mut().zip([red, green, blue]) {
            *mix += share * colour;
        }
        shares += share;
    }
    let [red, green, blue] = mix.map(|part| part / shares);
    let grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    [red, green, blue].map(|part| byte(grey + (part - grey) * SATURATION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disc_has_something_in_every_direction() {
        let weights = disc(100).map(|sector| sector.weight);
        assert!(weights.iter().all(|&weight| weight > 40), "{weights:?}");
        assert_eq!(weights[1], weights[3]);
    }

    #[test]
    fn specks_go_and_edges_stay() {
        let mut rgba = [
            [20, 20, 20, 255].repeat(12),
            [220, 220, 220, 255].repeat(12),
        ]
        .concat()
        .repeat(24);
        let speck = (12 * 24 + 4) * 4;
        rgba[speck..speck + 3].fill(120);
        let made = Paint.apply(&Picture::new(24, 24, rgba).unwrap());
        let red = |x: usize| made.rgba()[(12 * 24 + x) * 4];
        assert!(red(4) < 40, "{}", red(4));
        assert!(red(11) < 40 && red(12) > 200, "{} {}", red(11), red(12));
    }
}
