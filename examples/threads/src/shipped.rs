//! The pictures that come with the program, as `static/pictures/list.tsv` names them.

use crate::stages::overlay::Caption;

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shipped {
    pub(crate) file: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    title: &'static str,
    author: &'static str,
}

impl Shipped {
    pub(crate) fn caption(self) -> Caption {
        Caption {
            title: self.title.to_owned(),
            author: self.author.to_owned(),
        }
    }
}

/// File, width, height, title, author and licence of each.
const LIST: &str = include_str!("../static/pictures/list.tsv");

/// All of them, in the order of the gallery.
pub(crate) fn all() -> impl Iterator<Item = Shipped> {
    LIST.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        Some(Shipped {
            file: fields.next()?,
            width: fields.next()?.parse().ok()?,
            height: fields.next()?.parse().ok()?,
            title: fields.next()?,
            author: fields.next()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_line_is_a_picture_that_is_there_and_has_that_size() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/pictures");
        assert_eq!(all().count(), LIST.lines().count());
        for shipped in all() {
            let size = image::image_dimensions(folder.join(shipped.file)).unwrap();
            assert_eq!(size, (shipped.width, shipped.height), "{}", shipped.file);
        }
    }

    #[test]
    fn every_line_has_a_licence() {
        for line in LIST.lines() {
            let licence = line.split('\t').nth(5).unwrap();
            assert!(licence.starts_with("CC"), "{line}");
        }
    }
}
