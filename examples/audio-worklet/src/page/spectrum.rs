//! The spectrum of what is heard, from 30 Hz to 18 kHz by equal factors.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Uint8Array;

use super::canvas::Canvas;
use super::deck::Deck;
use crate::dom::Result;

const LOWEST: f64 = 30.0;
const HIGHEST: f64 = 18_000.0;

/// Pixels from one bar to the next.
const STEP: f64 = 6.0;

pub(super) struct Spectrum {
    deck: Rc<Deck>,
    canvas: Canvas,
    /// Not in the program's memory: an analyser writes to no memory that threads share.
    array: Uint8Array,
    bins: RefCell<Vec<u8>>,
}

impl Spectrum {
    pub(super) fn new(deck: &Rc<Deck>) -> Result<Self> {
        let count = deck.analyser().frequency_bin_count();
        Ok(Spectrum {
            deck: deck.clone(),
            canvas: Canvas::new("spectrum")?,
            array: Uint8Array::new_with_length(count),
            bins: RefCell::new(vec![0; count as usize]),
        })
    }

    pub(super) fn draw(&self) -> Result {
        let (wide, high) = self.canvas.clear()?;
        let mut bins = self.bins.borrow_mut();
        self.deck
            .analyser()
            .get_byte_frequency_data_with_u8_array(&self.array);
        self.array.copy_to(&mut bins);
        let width = f64::from(self.deck.rate()) / 2.0 / bins.len() as f64;
        let place = |x: f64| LOWEST * libm::pow(HIGHEST / LOWEST, x / wide) / width;
        let context = self.canvas.context();
        for bar in 0..(wide / STEP) as usize {
            let x = bar as f64 * STEP;
            let height = between(&bins, place(x), place(x + STEP)) * high;
            context.set_global_alpha(0.35 + 0.65 * height / high.max(1.0));
            context.fill_rect(x, high - height.max(1.0), STEP - 2.0, height.max(1.0));
        }
        Ok(())
    }
}

/// The highest of some bins as a part of 1; between two bins, where there is none.
fn between(bins: &[u8], from: f64, to: f64) -> f64 {
    let (first, last) = (from as usize, (to as usize).min(bins.len() - 1));
    let inner = bins.get(first + 1..=last).unwrap_or_default();
    let height = match inner.iter().max() {
        Some(&highest) => f64::from(highest),
        None => {
            let at = |bin: usize| f64::from(bins[bin.min(bins.len() - 1)]);
            at(first) + (from - first as f64) * (at(first + 1) - at(first))
        }
    };
    height / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_high_as_the_highest_bin_under_it() {
        let bins = [0, 255, 51, 102, 0];
        assert_eq!(between(&bins, 0.5, 1.2), 1.0);
        assert_eq!(between(&bins, 1.0, 3.5), 0.4);
        assert_eq!(between(&bins, 0.25, 0.5), 0.25);
        assert_eq!(between(&bins, 3.9, 9.0), 0.0);
    }
}
