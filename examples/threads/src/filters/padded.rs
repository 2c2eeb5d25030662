//! A picture with its edge repeated outside, so that a filter can look around every pixel without asking where it is.

use crate::picture::Picture;

/// Red, green, blue and brightness of each pixel.
pub(super) struct Padded {
    width: usize,
    radius: usize,
    pixels: Vec<[u8; 4]>,
}

impl Padded {
    pub(super) fn new(picture: &Picture, radius: usize) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let source = picture.rgba().as_chunks::<4>().0;
        let mut pixels = Vec::with_capacity((width + 2 * radius) * (height + 2 * radius));
        for y in 0..height + 2 * radius {
            let y = y.saturating_sub(radius).min(height - 1);
            let row = &source[y * width..][..width];
            pixels.extend((0..width + 2 * radius).map(|x| {
                let [red, green, blue, _] = row[x.saturating_sub(radius).min(width - 1)];
                let sum = 54 * u32::from(red) + 183 * u32::from(green) + 19 * u32::from(blue);
                [red, green, blue, (sum / 256) as u8]
            }));
        }
        Padded {
            width: width + 2 * radius,
            radius,
            pixels,
        }
    }

    /// How far apart pixels are that lie above each other.
    pub(super) fn stride(&self) -> usize {
        self.width
    }

    pub(super) fn pixels(&self) -> &[[u8; 4]] {
        &self.pixels
    }

    /// Where a pixel of the picture is here, by its number there.
    pub(super) fn position(&self, at: usize) -> usize {
        let width = self.width - 2 * self.radius;
        (at / width + self.radius) * self.width + at % width + self.radius
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_goes_on_outside() {
        let picture = Picture::new(2, 1, vec![10, 10, 10, 255, 90, 90, 90, 255]).unwrap();
        let padded = Padded::new(&picture, 1);
        let reds: Vec<u8> = padded.pixels().iter().map(|pixel| pixel[0]).collect();
        assert_eq!(reds, [10, 10, 90, 90].repeat(3));
        assert_eq!((padded.position(0), padded.position(1)), (5, 6));
    }
}
