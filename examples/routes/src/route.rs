//! What the shell knows of a route: its address, how to open it, and what an open one can do.

use wasm_cleave::{LoadError, Split, split};
use web_sys::Element;

use crate::dom::Result;
use crate::routes;

/// An open route. Dropping it takes its listeners off the page.
pub(crate) trait Route {
    /// Draws anew what has the page's colours in it, which have just changed.
    fn recolour(&self) -> Result {
        Ok(())
    }
}

/// What opening gives: a route, or what went wrong in it after it had been loaded.
pub(crate) type Opened = Result<Box<dyn Route>>;

/// The routes that the page can show besides its own front page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Markdown,
    Pictures,
    Svg,
    Data,
    Charts,
}

impl Place {
    /// The place that an address like `#/charts` means; none for the front page and for what we do not know.
    pub(crate) fn of_hash(hash: &str) -> Option<Self> {
        Some(match hash.strip_prefix("#/")? {
            "markdown" => Place::Markdown,
            "pictures" => Place::Pictures,
            "svg" => Place::Svg,
            "data" => Place::Data,
            "charts" => Place::Charts,
            _ => return None,
        })
    }

    /// The address, as the links of the page spell it.
    pub(crate) fn hash(self) -> &'static str {
        match self {
            Place::Markdown => "#/markdown",
            Place::Pictures => "#/pictures",
            Place::Svg => "#/svg",
            Place::Data => "#/data",
            Place::Charts => "#/charts",
        }
    }

    /// The code of the route, for loading it ahead of time.
    pub(crate) fn split(self) -> Split {
        match self {
            Place::Markdown => split!(markdown),
            Place::Pictures => split!(pictures),
            Place::Svg => split!(svg),
            Place::Data => split!(data),
            Place::Charts => split!(charts),
        }
    }

    /// Loads the route if it has not been, and lets it fill `host`.
    pub(crate) async fn open(self, host: &Element) -> std::result::Result<Opened, LoadError> {
        match self {
            Place::Markdown => routes::markdown::open(host).await,
            Place::Pictures => routes::pictures::open(host).await,
            Place::Svg => routes::svg::open(host).await,
            Place::Data => routes::data::open(host).await,
            Place::Charts => routes::charts::open(host).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn addresses_lead_to_their_places_and_back() {
        for hash in ["#/markdown", "#/pictures", "#/svg", "#/data", "#/charts"] {
            assert_eq!(Place::of_hash(hash).map(Place::hash), Some(hash));
        }
        for hash in ["", "#", "#/", "#charts", "#/charts/", "#/nowhere"] {
            assert!(Place::of_hash(hash).is_none(), "{hash}");
        }
    }
}
