//! The stage `overlay`: a frame, a caption and a histogram as SVG, and the object that draws them.

mod histogram;
mod svg;

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{PixmapMut, Transform};
use resvg::usvg::{self, fontdb};
use wasm_cleave::wasm_split;

use crate::board::Mark;
use crate::part::Part;
use crate::picture::Picture;
use histogram::Histogram;

/// What lies over a picture. Made by a thread of the pool; the page calls it, too.
pub(crate) trait Overlay: Send + Sync {
    /// Draws it over a picture of any size.
    fn draw(&self, picture: &mut Picture);

    /// What is to be seen, for those who do not see it.
    fn describe(&self) -> &str;
}

/// What the caption says.
#[derive(Clone, Debug)]
pub(crate) struct Caption {
    pub(crate) title: String,
    /// May be empty.
    pub(crate) author: String,
}

/// Makes what lies over `picture`.
#[wasm_split(overlay)]
pub(crate) fn overlay(
    picture: &Picture,
    caption: &Caption,
    mark: Mark<'_>,
) -> Result<Box<dyn Overlay>, String> {
    mark.begun(Part::Overlay);
    let made = Drawing::new(picture, caption).map_err(|error| error.to_string())?;
    Ok(Box::new(made))
}

const REGULAR: &[u8] = include_bytes!("../../../assets/Inter-Regular-latin.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../../../assets/Inter-SemiBold-latin.otf");
const FAMILY: &str = "Inter";

/// The fonts of all captions, read by the thread that needs them first.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(SEMI_BOLD.to_vec());
    fonts.set_sans_serif_family(FAMILY);
    Arc::new(fonts)
});

struct Drawing {
    tree: usvg::Tree,
    description: String,
}

impl Drawing {
    fn new(picture: &Picture, caption: &Caption) -> Result<Self, usvg::Error> {
        let histogram = Histogram::of(picture);
        let ratio = picture.width() as f32 / picture.height() as f32;
        let options = usvg::Options {
            font_family: FAMILY.to_owned(),
            fontdb: FONTS.clone(),
            ..usvg::Options::default()
        };
        Ok(Drawing {
            tree: usvg::Tree::from_str(&svg::text(ratio, caption, &histogram), &options)?,
            description: describe(picture, caption, &histogram),
        })
    }
}

fn describe(picture: &Picture, caption: &Caption, histogram: &Histogram) -> String {
    let (width, height) = (picture.width(), picture.height());
    let brightness = histogram.brightness * 100.0;
    let title = &caption.title;
    let by = match caption.author.as_str() {
        "" => String::new(),
        author => format!(" by {author}"),
    };
    format!("{title}{by}, {width} by {height} pixels, {brightness:.0} % bright")
}

impl Overlay for Drawing {
    fn draw(&self, picture: &mut Picture) {
        let (width, height) = (picture.width(), picture.height());
        let size = self.tree.size();
        let scale =
            Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
        // Gives none only for a size that no picture has.
        if let Some(mut pixels) = PixmapMut::from_bytes(picture.rgba_mut(), width, height) {
            resvg::render(&self.tree, scale, &mut pixels);
        }
    }

    fn describe(&self) -> &str {
        &self.description
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: u32, height: u32) -> Picture {
        let pixels = [128, 128, 128, 255].repeat((width * height) as usize);
        Picture::new(width, height, pixels).unwrap()
    }

    fn caption() -> Caption {
        Caption {
            title: String::from("Fish & <Chips>"),
            author: String::from("A. Nobody"),
        }
    }

    #[test]
    fn it_is_drawn_over_pictures_of_any_size() {
        let drawing = Drawing::new(&grey(150, 100), &caption()).unwrap();
        for (width, height) in [(150, 100), (600, 400), (40, 300)] {
            let mut picture = grey(width, height);
            drawing.draw(&mut picture);
            let lightest = picture.luma().into_iter().fold(0.0, f32::max);
            let darkest = picture.luma().into_iter().fold(1.0, f32::min);
            assert!(lightest > 0.55 && darkest < 0.3, "{lightest} {darkest}");
            assert!(
                picture
                    .rgba()
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .all(|pixel| pixel[3] == 255)
            );
        }
    }

    #[test]
    fn letters_leave_ink() {
        let picture = grey(450, 300);
        let drawn = |title: &str| {
            let caption = Caption {
                title: String::from(title),
                author: String::new(),
            };
            let mut picture = picture.clone();
            Drawing::new(&grey(450, 300), &caption)
                .unwrap()
                .draw(&mut picture);
            picture
        };
        let white = |picture: &Picture| picture.luma().iter().filter(|luma| **luma > 0.95).count();
        assert!(white(&drawn("Łódź")) > white(&drawn("")) + 100);
    }

    #[test]
    fn it_says_what_is_to_be_seen() {
        let drawing = Drawing::new(&grey(150, 100), &caption()).unwrap();
        assert_eq!(
            drawing.describe(),
            "Fish & <Chips> by A. Nobody, 150 by 100 pixels, 50 % bright"
        );
    }
}
