//! The stage `decode`: from the bytes of a file to pixels.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, RgbaImage};
use wasm_cleave::wasm_split;

use crate::board::Mark;
use crate::part::Part;
use crate::picture::Picture;

/// No picture may take more memory than this while it is decoded, in bytes: others are decoded at the same time.
const MEMORY: u64 = 96 << 20;

/// Reads a JPEG or PNG file.
#[wasm_split(decode)]
pub(crate) fn decode(file: &[u8], mark: Mark<'_>) -> Result<Picture, String> {
    mark.begun(Part::Decode);
    let image = read(file).map_err(|error| error.to_string())?;
    let (width, height) = image.dimensions();
    Picture::new(width, height, image.into_raw()).ok_or_else(|| String::from("an empty picture"))
}

fn read(file: &[u8]) -> Result<RgbaImage, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    let mut image = image.into_rgba8();
    lay_on_white(&mut image);
    Ok(image)
}

/// The stages know no transparency.
fn lay_on_white(image: &mut RgbaImage) {
    for pixel in image.pixels_mut() {
        let alpha = u32::from(pixel.0[3]);
        if alpha < 255 {
            for part in &mut pixel.0[..3] {
                *part = ((u32::from(*part) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
            }
            pixel.0[3] = 255;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shipped_picture_has_the_size_that_the_list_says() {
        let picture = read(include_bytes!("../../static/pictures/bridge.jpg")).unwrap();
        assert_eq!(picture.dimensions(), (1440, 810));
    }

    #[test]
    fn what_is_transparent_becomes_white() {
        let mut file = Cursor::new(Vec::new());
        let clear = RgbaImage::from_pixel(2, 1, image::Rgba([9, 8, 7, 0]));
        clear.write_to(&mut file, image::ImageFormat::Png).unwrap();
        assert_eq!(read(file.get_ref()).unwrap().as_raw()[..], [255; 8]);
    }

    #[test]
    fn what_is_no_picture_is_an_error() {
        assert!(read(b"GIF89a, but not really").is_err());
        assert!(read(&[]).is_err());
    }
}
