//! From SVG text to pixels. Needed by the route `svg` and by saving a chart, so neither of their chunks holds it alone.

use std::sync::Arc;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

/// The one font that texts are drawn with, whatever family they ask for.
const FONT: &[u8] = include_bytes!("../assets/DejaVuSans-latin.ttf");
const FAMILY: &str = "DejaVu Sans";

/// Reads SVG text, and remembers the font from one time to the next.
pub(crate) struct Reader {
    options: usvg::Options<'static>,
}

impl Reader {
    pub(crate) fn new() -> Self {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(FONT.to_vec());
        fonts.set_sans_serif_family(FAMILY);
        fonts.set_serif_family(FAMILY);
        fonts.set_monospace_family(FAMILY);
        Reader {
            options: usvg::Options {
                font_family: FAMILY.to_owned(),
                fontdb: Arc::new(fonts),
                ..usvg::Options::default()
            },
        }
    }

    /// # Errors
    /// Says what is wrong with the text, and where.
    pub(crate) fn read(&self, svg: &str) -> Result<usvg::Tree, usvg::Error> {
        usvg::Tree::from_str(svg, &self.options)
    }
}

/// Draws a picture; `None` where there is not a single pixel, or too many for memory.
pub(crate) fn draw(
    tree: &usvg::Tree,
    width: u32,
    height: u32,
    transform: Transform,
) -> Option<Pixmap> {
    let mut pixels = Pixmap::new(width, height)?;
    resvg::render(tree, transform, &mut pixels.as_mut());
    Some(pixels)
}

/// The whole picture at `scale` as a PNG file; `None` where [`draw`] gives none.
pub(crate) fn png(tree: &usvg::Tree, scale: f32) -> Option<Vec<u8>> {
    let size = tree.size().to_int_size().scale_by(scale)?;
    let (width, height) = (size.width(), size.height());
    let pixels = draw(tree, width, height, Transform::from_scale(scale, scale))?;
    let mut file = Vec::new();
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Adaptive)
        .write_image(
            &pixels.take_demultiplied(),
            width,
            height,
            ExtendedColorType::Rgba8,
        )
        .ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_leave_ink() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='60' height='20'><text y='15' font-family='Nowhere'>ink</text></svg>";
        let tree = Reader::new().read(svg).unwrap();
        let pixels = draw(&tree, 60, 20, Transform::identity()).unwrap();
        assert!(pixels.pixels().iter().any(|pixel| pixel.alpha() > 200));
    }

    #[test]
    fn a_file_has_the_size_times_the_scale() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'><rect width='30' height='20' fill='#f00'/></svg>";
        let tree = Reader::new().read(svg).unwrap();
        let picture = image::load_from_memory(&png(&tree, 2.0).unwrap()).unwrap();
        assert_eq!((picture.width(), picture.height()), (60, 40));
        assert_eq!(picture.to_rgba8().get_pixel(30, 20).0, [255, 0, 0, 255]);
    }
}
