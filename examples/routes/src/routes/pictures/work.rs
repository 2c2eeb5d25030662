//! Decoding, changing and encoding pictures. No page needed.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageError, ImageReader, Limits};

pub(super) type Picture = DynamicImage;

/// No picture of a visitor's may take more memory than this, in bytes.
const MEMORY: u64 = 512 << 20;

/// What is done to a picture, in this order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Recipe {
    /// The new width as a part of the old one; the height follows.
    pub(super) percent: u32,
    /// How far the blur reaches, in pixels of the resized picture; 0 for none.
    pub(super) blur: f32,
    /// Clockwise.
    pub(super) quarter_turns: u8,
    /// What comes out.
    pub(super) format: Format,
}

/// The files that we can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Png,
    /// With a quality from 1 to 100.
    Jpeg(u8),
}

impl Format {
    pub(super) fn mime(self) -> &'static str {
        match self {
            Format::Png => "image/png",
            Format::Jpeg(_) => "image/jpeg",
        }
    }

    pub(super) fn extension(self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Jpeg(_) => "jpg",
        }
    }
}

/// Reads a file of any format that was compiled in, by its first bytes.
pub(super) fn decode(bytes: &[u8]) -> Result<Picture, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    reader.decode()
}

/// Resizes, blurs and turns.
pub(super) fn change(picture: &Picture, recipe: Recipe) -> Picture {
    let part = |length: u32| (length * recipe.percent / 100).max(1);
    let mut changed = if recipe.percent == 100 {
        picture.clone()
    } else {
        let (width, height) = (part(picture.width()), part(picture.height()));
        picture.resize_exact(width, height, FilterType::CatmullRom)
    };
    if recipe.blur > 0.0 {
        changed = changed.fast_blur(recipe.blur);
    }
    match recipe.quarter_turns % 4 {
        1 => changed.rotate90(),
        2 => changed.rotate180(),
        3 => changed.rotate270(),
        _ => changed,
    }
}

/// Writes a picture as a file.
pub(super) fn encode(picture: &Picture, format: Format) -> Result<Vec<u8>, ImageError> {
    let mut file = Vec::new();
    match format {
        Format::Png => picture.write_with_encoder(PngEncoder::new(&mut file))?,
        // JPEG has no transparency.
        Format::Jpeg(quality) => picture
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut file, quality))?,
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Recipe = Recipe {
        percent: 100,
        blur: 0.0,
        quarter_turns: 0,
        format: Format::Png,
    };

    fn shipped() -> Picture {
        decode(include_bytes!("../../../static/evening.jpg")).unwrap()
    }

    #[test]
    fn the_shipped_picture_is_resized_and_turned() {
        let recipe = Recipe {
            percent: 25,
            quarter_turns: 1,
            ..PLAIN
        };
        let changed = change(&shipped(), recipe);
        assert_eq!((changed.width(), changed.height()), (200, 320));
    }

    #[test]
    fn a_blur_takes_away_contrast() {
        let mut dot = image::GrayImage::new(9, 9);
        dot.put_pixel(4, 4, image::Luma([255]));
        let recipe = Recipe { blur: 2.0, ..PLAIN };
        let blurred = change(&dot.into(), recipe).to_luma8();
        assert!(blurred.get_pixel(4, 4).0[0] < 128);
        assert!(blurred.get_pixel(5, 4).0[0] > 0);
    }

    #[test]
    fn what_is_encoded_as_png_is_decoded_unchanged() {
        let small = change(
            &shipped(),
            Recipe {
                percent: 5,
                ..PLAIN
            },
        );
        let again = decode(&encode(&small, Format::Png).unwrap()).unwrap();
        assert_eq!(small.to_rgb8(), again.to_rgb8());
    }

    #[test]
    fn a_better_jpeg_is_larger() {
        let small = change(
            &shipped(),
            Recipe {
                percent: 20,
                ..PLAIN
            },
        );
        let size = |quality| encode(&small, Format::Jpeg(quality)).unwrap().len();
        assert!(size(95) > size(40));
    }

    #[test]
    fn what_is_no_picture_is_an_error() {
        assert!(decode(b"date,ring,species").is_err());
        assert!(decode(&[]).is_err());
    }
}
