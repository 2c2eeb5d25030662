//! The filter `ink`: lines with a pen, and a wash of colour.
//!
//! The lines are an extended difference of Gaussians (Winnemöller, Kyprianidis and Olsen, 2012); the wash is the blurred
//! picture, mixed with paper.

use wasm_cleave::wasm_split;

use super::Filter;
use super::blur::{gaussian, mean};
use crate::part::Part;
use crate::picture::{Picture, byte};

/// The width of the pen in pixels; how much wider the second Gaussian is, and how much of it is taken away.
const PEN: f32 = 1.1;
const WIDER: f32 = 1.6;
const SHARPNESS: f32 = 14.0;

/// Brightness below which there is ink, and how hard its edge is.
const LIMIT: f32 = 0.26;
const HARDNESS: f32 = 4.0;

const PAPER: [f32; 3] = [248.0, 242.0, 230.0];
const INK: [f32; 3] = [28.0, 34.0, 52.0];

/// How much of the picture's shade and of its colour the wash has, and how far it runs, as a part of the longer side.
const SHADE: f32 = 0.55;
const COLOUR: f32 = 1.05;
const RUN: f32 = 0.005;

#[wasm_split(ink)]
pub(super) fn ink() -> Box<dyn Filter> {
    Part::Ink.used();
    Box::new(Ink)
}

struct Ink;

impl Filter for Ink {
    fn part(&self) -> Part {
        Part::Ink
    }

    fn apply(&self, picture: &Picture) -> Picture {
        let width = picture.width() as usize;
        let longer = picture.width().max(picture.height()) as f32;
        let lines = lines(&picture.luma(), width);
        let wash: [Vec<f32>; 3] = std::array::from_fn(|colour| {
            let values = picture.rgba().as_chunks::<4>().0.iter();
            let plane: Vec<f32> = values.map(|pixel| f32::from(pixel[colour])).collect();
            let radius = (longer * RUN) as usize + 1;
            mean(&mean(&plane, width, radius), width, radius)
        });
        picture.map(|at, _| {
            let wash = [wash[0][at], wash[1][at], wash[2][at]];
            let grey = 0.2126 * wash[0] + 0.7152 * wash[1] + 0.0722 * wash[2];
            std::array::from_fn(|colour| {
                // Lighter than the picture: paper shines through.
                let ground =
                    PAPER[colour] - SHADE * (255.0 - grey) + COLOUR * (wash[colour] - grey);
                byte(INK[colour] + lines[at] * (ground - INK[colour]))
            })
        })
    }
}

/// For each pixel 1 where there is paper, 0 where there is ink.
fn lines(luma: &[f32], width: usize) -> Vec<f32> {
    let narrow = gaussian(luma, width, PEN);
    let wide = gaussian(luma, width, PEN * WIDER);
    let pairs = narrow.iter().zip(&wide);
    pairs
        .map(|(narrow, wide)| {
            let edge = narrow + SHARPNESS * (narrow - wide);
            if edge >= LIMIT {
                1.0
            } else {
                1.0 + (HARDNESS * (edge - LIMIT)).tanh()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_run_along_edges_and_light_areas_stay_paper() {
        let row = [vec![0.3; 16], vec![0.95; 16]].concat().repeat(9);
        let lines = lines(&row, 32);
        let middle = &lines[4 * 32..5 * 32];
        assert_eq!((middle[3], middle[28]), (1.0, 1.0));
        assert!(middle[15] < 0.6, "{}", middle[15]);
    }
}
