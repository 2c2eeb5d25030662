//! The stage `resize`: makes a picture fit a size.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use wasm_cleave::wasm_split;

use crate::board::Mark;
use crate::part::Part;
use crate::picture::Picture;

/// Makes a picture smaller until its longer side has at most `longest` pixels.
#[wasm_split(resize)]
pub(crate) fn fit(picture: &Picture, longest: u32, mark: Mark<'_>) -> Result<Picture, String> {
    mark.begun(Part::Resize);
    let (width, height) = fitting(picture.width(), picture.height(), longest);
    resized(picture, width, height)
}

/// The size with the same proportions whose longer side is at most `longest`; never larger, never nothing.
fn fitting(width: u32, height: u32, longest: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= longest {
        return (width, height);
    }
    let scale = |side: u32| {
        let scaled =
            (u64::from(side) * u64::from(longest) + u64::from(longer) / 2) / u64::from(longer);
        (scaled as u32).max(1)
    };
    (scale(width), scale(height))
}

fn resized(picture: &Picture, width: u32, height: u32) -> Result<Picture, String> {
    let pixels = PixelType::U8x4;
    let source = ImageRef::new(picture.width(), picture.height(), picture.rgba(), pixels)
        .map_err(|error| error.to_string())?;
    let mut target = Image::new(width, height, pixels);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(false);
    Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(|error| error.to_string())?;
    Picture::new(width, height, target.into_vec()).ok_or_else(|| String::from("an empty picture"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_side_decides() {
        assert_eq!(fitting(1440, 1080, 720), (720, 540));
        assert_eq!(fitting(959, 1440, 720), (480, 720));
        assert_eq!(fitting(100, 50, 720), (100, 50));
        assert_eq!(fitting(5000, 1, 720), (720, 1));
    }

    #[test]
    fn a_plain_picture_stays_plain() {
        let plain = Picture::new(9, 6, [10, 200, 30, 255].repeat(54)).unwrap();
        let small = resized(&plain, 3, 2).unwrap();
        assert_eq!(small.rgba(), [10, 200, 30, 255].repeat(6));
    }
}
