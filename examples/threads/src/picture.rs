//! A picture in memory: what the stages hand to each other.

/// Pixels without transparency, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    width: u32,
    height: u32,
    /// Red, green, blue and 255 for each pixel.
    rgba: Vec<u8>,
}

impl Picture {
    /// `None` if there is not a single pixel, or the number of bytes does not fit the size.
    pub(crate) fn new(width: u32, height: u32, rgba: Vec<u8>) -> Option<Self> {
        let bytes = (width as usize)
            .checked_mul(height as usize)?
            .checked_mul(4)?;
        (bytes > 0 && bytes == rgba.len()).then_some(Picture {
            width,
            height,
            rgba,
        })
    }

    pub(crate) fn width(&self) -> u32 {
        self.width
    }

    pub(crate) fn height(&self) -> u32 {
        self.height
    }

    pub(crate) fn rgba(&self) -> &[u8] {
        &self.rgba
    }

    pub(crate) fn rgba_mut(&mut self) -> &mut [u8] {
        &mut self.rgba
    }

    /// A picture of the same size, each pixel made from its number and this picture's red, green and blue.
    pub(crate) fn map(&self, mut pixel: impl FnMut(usize, [u8; 3]) -> [u8; 3]) -> Self {
        let mut rgba = Vec::with_capacity(self.rgba.len());
        for (at, &[red, green, blue, _]) in self.rgba.as_chunks::<4>().0.iter().enumerate() {
            let [red, green, blue] = pixel(at, [red, green, blue]);
            rgba.extend([red, green, blue, 255]);
        }
        Picture { rgba, ..*self }
    }

    /// The brightness of each pixel as the eye weighs the colours, from 0 to 1.
    pub(crate) fn luma(&self) -> Vec<f32> {
        let pixels = self.rgba.as_chunks::<4>().0.iter();
        pixels
            .map(|&[red, green, blue, _]| {
                (0.2126 * f32::from(red) + 0.7152 * f32::from(green) + 0.0722 * f32::from(blue))
                    / 255.0
            })
            .collect()
    }
}

/// A number from 0 to 255 as a part of a pixel.
pub(crate) fn byte(value: f32) -> u8 {
    // Adding a half rounds; the cast stops at 0 and 255.
    (value + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_bytes_have_to_agree() {
        assert!(Picture::new(2, 1, vec![0; 8]).is_some());
        assert!(Picture::new(2, 1, vec![0; 7]).is_none());
        assert!(Picture::new(0, 1, vec![]).is_none());
        assert!(Picture::new(u32::MAX, u32::MAX, vec![]).is_none());
    }

    #[test]
    fn white_is_1_and_green_is_brighter_than_blue() {
        let picture = Picture::new(
            3,
            1,
            vec![255, 255, 255, 255, 0, 255, 0, 255, 0, 0, 255, 255],
        );
        let luma = picture.unwrap().luma();
        assert!((luma[0] - 1.0).abs() < 1e-5);
        assert!(luma[1] > luma[2]);
    }

    #[test]
    fn bytes_are_rounded_and_stop_at_the_ends() {
        assert_eq!([-3.0, 0.49, 254.5, 300.0].map(byte), [0, 0, 255, 255]);
    }
}
