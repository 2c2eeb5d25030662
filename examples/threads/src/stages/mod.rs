//! The way of a picture: which stages there are, in which order, and what each hands to the next.

pub(crate) mod decode;
pub(crate) mod overlay;
pub(crate) mod resize;

/// What is done to every picture, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// From the file's bytes to pixels.
    Decode,
    /// To the size that is worked on.
    Resize,
    /// By the trait object that the page has made.
    Filter,
    /// Frame, caption and histogram, over a copy that fits the gallery.
    Overlay,
}

impl Stage {
    pub(crate) const COUNT: usize = 4;
    pub(crate) const ALL: [Stage; Stage::COUNT] =
        [Stage::Decode, Stage::Resize, Stage::Filter, Stage::Overlay];

    /// What the style sheet calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Stage::Decode => "decode",
            Stage::Resize => "resize",
            Stage::Filter => "filter",
            Stage::Overlay => "overlay",
        }
    }

    /// What a picture is said to be at.
    pub(crate) fn doing(self) -> &'static str {
        match self {
            Stage::Decode => "decoding",
            Stage::Resize => "resizing",
            Stage::Filter => "filtering",
            Stage::Overlay => "drawing",
        }
    }
}
