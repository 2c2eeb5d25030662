//! How often each brightness of each colour comes in a picture.

use crate::picture::Picture;

pub(super) const BINS: usize = 48;

pub(super) struct Histogram {
    /// By colour and brightness: how many pixels, as a part of all.
    bins: [[f32; BINS]; 3],
    /// The mean of all colours of all pixels, from 0 to 1.
    pub(super) brightness: f32,
}

impl Histogram {
    pub(super) fn of(picture: &Picture) -> Self {
        let mut counts = [[0_u32; BINS]; 3];
        let mut sum = 0;
        for pixel in picture.rgba().as_chunks::<4>().0 {
            for (counts, &value) in counts.iter_mut().zip(pixel) {
                counts[usize::from(value) * BINS / 256] += 1;
                sum += u64::from(value);
            }
        }
        let pixels = (picture.rgba().len() / 4) as f32;
        Histogram {
            bins: counts.map(|counts| counts.map(|count| count as f32 / pixels)),
            brightness: sum as f32 / (pixels * 3.0 * 255.0),
        }
    }

    /// For each colour its curve, from 0 to 1, with the few large bins pressed so that small ones are seen.
    pub(super) fn curves(&self) -> [[f32; BINS]; 3] {
        let largest = self.bins.iter().flatten().fold(0.0, |a: f32, &b| a.max(b));
        self.bins
            .map(|bins| bins.map(|part| (part / largest).sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_is_counted_once_for_each_colour() {
        let picture = Picture::new(2, 1, vec![0, 128, 255, 255, 0, 0, 255, 255]).unwrap();
        let histogram = Histogram::of(&picture);
        let [red, green, blue] = histogram.bins;
        assert_eq!(red[0], 1.0);
        assert_eq!((green[0], green[24]), (0.5, 0.5));
        assert_eq!(blue[BINS - 1], 1.0);
        let mean = (128.0 + 255.0 + 255.0) / (6.0 * 255.0);
        assert!((histogram.brightness - mean).abs() < 1e-6);
    }

    #[test]
    fn the_largest_bin_is_1() {
        let picture = Picture::new(2, 1, vec![0, 128, 255, 255, 0, 0, 255, 255]).unwrap();
        let [red, green, _] = Histogram::of(&picture).curves();
        assert_eq!(red[0], 1.0);
        assert!(green[0] > 0.7 && green[0] < 0.72);
    }
}
