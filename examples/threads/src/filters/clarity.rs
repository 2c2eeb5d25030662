//! The filter `clarity`: sharper edges, and more depth between larger areas.
//!
//! Unsharp masks (the difference to a blurred copy is added) at two scales.

use wasm_cleave::wasm_split;

use super::Filter;
use super::blur::gaussian;
use crate::part::Part;
use crate::picture::{Picture, byte};

/// The fine scale in pixels, the coarse one as a part of the longer side, and how much of each difference is added.
const FINE: f32 = 1.3;
const COARSE: f32 = 0.025;
const FINE_AMOUNT: f32 = 1.1;
const COARSE_AMOUNT: f32 = 0.45;

/// How much more colour the result has.
const SATURATION: f32 = 1.2;

#[wasm_split(clarity)]
pub(super) fn clarity() -> Box<dyn Filter> {
    Part::Clarity.used();
    Box::new(Clarity)
}

struct Clarity;

impl Filter for Clarity {
    fn part(&self) -> Part {
        Part::Clarity
    }

    fn apply(&self, picture: &Picture) -> Picture {
        let width = picture.width() as usize;
        let longer = picture.width().max(picture.height()) as f32;
        let luma = picture.luma();
        let fine = gaussian(&luma, width, FINE);
        let coarse = gaussian(&luma, width, (longer * COARSE).max(FINE));
        picture.map(|at, rgb| {
            let grey = luma[at];
            let more = FINE_AMOUNT * (grey - fine[at]) + COARSE_AMOUNT * (grey - coarse[at]);
            rgb.map(|part| {
                let colour = f32::from(part) - 255.0 * grey;
                byte(255.0 * (grey + more) + SATURATION * colour)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_gains_contrast() {
        let row = [
            [90, 90, 90, 255].repeat(16),
            [160, 160, 160, 255].repeat(16),
        ]
        .concat();
        let made = Clarity.apply(&Picture::new(32, 32, row.repeat(32)).unwrap());
        let red = |x: usize| made.rgba()[(16 * 32 + x) * 4];
        assert!(red(15) < 80 && red(16) > 170, "{} {}", red(15), red(16));
    }
}
