//! The filters that the visitor can choose from. Each is a split that makes an object; the page makes it, and the threads
//! of the pool call it.

mod blur;
mod clarity;
mod denoise;
mod ink;
mod padded;
mod paint;
pub(crate) mod tone;

use wasm_cleave::LoadError;

use crate::part::Part;
use crate::picture::Picture;

/// Makes another picture from one.
pub(crate) trait Filter: Send + Sync {
    /// The split that its code is in.
    fn part(&self) -> Part;

    fn apply(&self, picture: &Picture) -> Picture;
}

/// The filters by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Paint,
    Ink,
    Tone,
    Clarity,
    Denoise,
}

impl Kind {
    /// The one that a button of the page means, by the name of its split.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let all = [
            Kind::Paint,
            Kind::Ink,
            Kind::Tone,
            Kind::Clarity,
            Kind::Denoise,
        ];
        all.into_iter().find(|kind| kind.part().name() == name)
    }

    pub(crate) fn part(self) -> Part {
        match self {
            Kind::Paint => Part::Paint,
            Kind::Ink => Part::Ink,
            Kind::Tone => Part::Tone,
            Kind::Clarity => Part::Clarity,
            Kind::Denoise => Part::Denoise,
        }
    }

    /// Loads the filter's code if it has not been, and makes the object.
    pub(crate) async fn make(self) -> Result<Box<dyn Filter>, LoadError> {
        match self {
            Kind::Paint => paint::paint().await,
            Kind::Ink => ink::ink().await,
            Kind::Tone => tone::tone().await,
            Kind::Clarity => clarity::clarity().await,
            Kind::Denoise => denoise::denoise().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_find_their_filters() {
        assert_eq!(Kind::of_name("ink"), Some(Kind::Ink));
        assert_eq!(Kind::of_name("denoise"), Some(Kind::Denoise));
        assert_eq!(Kind::of_name("decode"), None);
    }

    /// Every filter keeps the size, leaves no transparency, and changes something.
    #[test]
    fn filters_change_pictures_and_keep_their_sizes() {
        let steps = (0..48 * 32_u32).map(|at| (at * 37 % 251) as u8 / 2 + (at % 48) as u8);
        let rgba = steps.flat_map(|value| [value, value / 2, 200, 255]);
        let picture = Picture::new(48, 32, rgba.collect()).unwrap();
        let filters = [
            paint::paint().wait(),
            ink::ink().wait(),
            tone::tone().wait(),
            clarity::clarity().wait(),
            denoise::denoise().wait(),
        ];
        for filter in filters.map(Result::unwrap) {
            let made = filter.apply(&picture);
            let name = filter.part().name();
            assert_eq!((made.width(), made.height()), (48, 32), "{name}");
            let pixels = made.rgba().as_chunks::<4>().0;
            assert!(pixels.iter().all(|pixel| pixel[3] == 255), "{name}");
            assert_ne!(made, picture, "{name}");
        }
    }
}
