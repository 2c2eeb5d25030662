//! The filter `tone`: light in the shadows, drawing in the sky.
//!
//! Local tone mapping: the logarithm of the light is taken apart into what changes slowly and the detail; the first is
//! pressed together, the second drawn out. The slow part comes from the guided filter (He, Sun and Tang, 2010), which
//! keeps edges, so no halos appear around them.

use wasm_cleave::wasm_split;

use super::Filter;
use super::blur::mean;
use crate::part::Part;
use crate::picture::{Picture, byte};

/// What is left of the contrast of the slow part, and what becomes of the detail's.
const BASE: f32 = 0.55;
const DETAIL: f32 = 1.45;

/// The light that keeps its place, as a power of 2.
const ANCHOR: f32 = -1.6;

/// Contrast, in powers of 2, from which on something is an edge.
const EDGE: f32 = 0.7;

/// The filter looks as far as the longer side divided by this.
const REACH: usize = 30;

#[wasm_split(tone)]
pub(crate) fn tone() -> Box<dyn Filter> {
    Part::Tone.used();
    let linear = std::array::from_fn(|value| to_linear(value as f32 / 255.0));
    Box::new(Tone { linear })
}

struct Tone {
    /// How much light each value of a colour stands for.
    linear: [f32; 256],
}

impl Filter for Tone {
    fn part(&self) -> Part {
        Part::Tone
    }

    fn apply(&self, picture: &Picture) -> Picture {
        let light = |rgb: [u8; 3]| rgb.map(|part| self.linear[usize::from(part)]);
        let pixels = picture.rgba().as_chunks::<4>().0.iter();
        let logs: Vec<f32> = pixels
            .map(|&[red, green, blue, _]| {
                let [red, green, blue] = light([red, green, blue]);
                (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.001).log2()
            })
            .collect();
        let radius = (picture.width().max(picture.height()) as usize / REACH).max(1);
        let slow = guided(&logs, picture.width() as usize, radius);
        picture.map(|at, rgb| {
            let mapped = ANCHOR + (slow[at] - ANCHOR) * BASE + (logs[at] - slow[at]) * DETAIL;
            let factor = (mapped - logs[at]).exp2();
            light(rgb).map(|part| byte(255.0 * to_gamma(part * factor)))
        })
    }
}

/// What changes slowly in `plane`, and its edges.
fn guided(plane: &[f32], width: usize, radius: usize) -> Vec<f32> {
    let squares: Vec<f32> = plane.iter().map(|value| value * value).collect();
    let means = mean(plane, width, radius);
    let square_means = mean(&squares, width, radius);
    // In every window the result is `slope * value + shift`: slope 1 keeps edges, slope 0 smooths.
    let slopes: Vec<f32> = means
        .iter()
        .zip(&square_means)
        .map(|(mean, square)| {
            let variance = (square - mean * mean).max(0.0);
            variance / (variance + EDGE * EDGE)
        })
        .collect();
    let shifts: Vec<f32> = means
        .iter()
        .zip(&slopes)
        .map(|(mean, slope)| mean * (1.0 - slope))
        .collect();
    let slopes = mean(&slopes, width, radius);
    let shifts = mean(&shifts, width, radius);
    let lines = slopes.iter().zip(&shifts);
    plane
        .iter()
        .zip(lines)
        .map(|(value, (slope, shift))| slope * value + shift)
        .collect()
}

/// sRGB's curve, and back.
fn to_linear(value: f32) -> f32 {
    if value <= 0.04045 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

fn to_gamma(light: f32) -> f32 {
    if light <= 0.003_130_8 {
        light * 12.92
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_leads_back() {
        for value in 0..=255_u8 {
            let there = to_linear(f32::from(value) / 255.0);
            assert_eq!(byte(255.0 * to_gamma(there)), value);
        }
    }

    #[test]
    fn shadows_become_lighter_and_edges_stay_sharp() {
        let row = [
            [24, 24, 24, 255].repeat(32),
            [230, 230, 230, 255].repeat(32),
        ]
        .concat();
        let picture = Picture::new(64, 64, row.repeat(64)).unwrap();
        let made = tone().wait().unwrap().apply(&picture);
        let red = |x: usize| made.rgba()[(32 * 64 + x) * 4];
        assert!(red(4) > 40, "{}", red(4));
        assert!(red(32) - red(31) > 100, "{} {}", red(31), red(32));
    }
}
