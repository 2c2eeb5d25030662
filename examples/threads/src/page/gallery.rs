//! The gallery: a tile for each picture, which shows the file, then what is being done to it, then the result.

use std::cell::{Cell, RefCell};

use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlButtonElement, HtmlCanvasElement, HtmlElement, HtmlImageElement};

use super::files::ObjectUrl;
use crate::board::{Board, Card, Outcome, State};
use crate::dom::{self, Result, find};
use crate::stages::Stage;

pub(super) struct Gallery {
    list: Element,
    tiles: RefCell<Vec<Tile>>,
}

struct Tile {
    item: HtmlElement,
    button: HtmlButtonElement,
    image: HtmlImageElement,
    canvas: HtmlCanvasElement,
    at: Element,
    steps: [Element; Stage::COUNT],
    url: Option<ObjectUrl>,
    shown: Cell<Option<State>>,
}

impl Gallery {
    pub(super) fn new() -> Result<Self> {
        Ok(Gallery {
            list: dom::by_id("gallery")?,
            tiles: RefCell::default(),
        })
    }

    /// Takes all tiles away.
    pub(super) fn clear(&self) {
        self.list.set_inner_html("");
        self.tiles.borrow_mut().clear();
    }

    /// Adds a tile for a picture whose file is to come; `open` is called when its result is clicked.
    pub(super) fn add(
        &self,
        title: &str,
        ratio: f64,
        open: impl Fn() -> Result + 'static,
    ) -> Result {
        let item = dom::template("tile")?;
        dom::set_number(&item, "--ratio", ratio)?;
        let step = |stage: Stage| {
            let mut selector = String::from(".steps .");
            selector.push_str(stage.name());
            find(&item, &selector)
        };
        let [decode, resize, filter, overlay] = Stage::ALL;
        let tile = Tile {
            button: find(&item, "button")?,
            image: find(&item, "img")?,
            canvas: find(&item, "canvas")?,
            at: find(&item, ".at")?,
            steps: [step(decode)?, step(resize)?, step(filter)?, step(overlay)?],
            url: None,
            shown: Cell::default(),
            item,
        };
        tile.image.set_alt(title);
        dom::listen(&tile.button, "click", move |_| open())?;
        self.list.append_child(&tile.item)?;
        self.tiles.borrow_mut().push(tile);
        Ok(())
    }

    /// Shows the file of a picture as it is.
    pub(super) fn show_file(&self, picture: usize, bytes: &[u8]) -> Result<HtmlImageElement> {
        let url = ObjectUrl::new(bytes)?;
        let tile = &mut self.tiles.borrow_mut()[picture];
        tile.image.set_src(url.as_str());
        tile.url = Some(url);
        Ok(tile.image.clone())
    }

    /// Gives a tile the shape of its picture.
    pub(super) fn set_ratio(&self, picture: usize, ratio: f64) -> Result {
        match self.tiles.borrow().get(picture) {
            Some(tile) => dom::set_number(&tile.item, "--ratio", ratio),
            None => Ok(()),
        }
    }

    /// Where the browser can show a picture's file from.
    pub(super) fn url(&self, picture: usize) -> Option<String> {
        let tiles = self.tiles.borrow();
        Some(tiles.get(picture)?.url.as_ref()?.as_str().to_owned())
    }

    /// Shows what has changed since the last time.
    pub(super) fn update(&self, board: &Board) -> Result {
        for (tile, card) in self.tiles.borrow().iter().zip(board.cards()) {
            tile.update(card)?;
        }
        Ok(())
    }
}

impl Tile {
    fn update(&self, card: &Card) -> Result {
        let state = card.state();
        if self.shown.replace(Some(state)) == Some(state) {
            return Ok(());
        }
        let (name, stage) = match state {
            State::Waiting => ("waiting", None),
            State::Loading(stage) => ("loading", Some(stage)),
            State::At(stage) => ("working", Some(stage)),
            State::Done => ("done", None),
            State::Failed => ("failed", None),
        };
        self.item.set_attribute("data-state", name)?;
        self.show_steps(stage, name == "loading");
        let text = match (state, card.outcome()) {
            (State::Loading(_) | State::At(_), _) => doing(card, state),
            (_, Some(Err(why))) => why.lines().next().unwrap_or_default().to_owned(),
            (State::Waiting, _) => String::from("waiting"),
            _ => String::new(),
        };
        self.at.set_text_content(Some(&text));
        self.show_outcome(card.outcome())
    }

    /// Marks the stages that are over, and the one that a picture is at.
    fn show_steps(&self, now: Option<Stage>, is_loading: bool) {
        for (stage, step) in Stage::ALL.into_iter().zip(&self.steps) {
            let place = match now {
                Some(now) if (stage as usize) < now as usize => " past",
                Some(now) if stage == now && is_loading => " asked",
                Some(now) if stage == now => " now",
                _ => "",
            };
            let mut class = String::from(stage.name());
            class.push_str(place);
            step.set_class_name(&class);
        }
    }

    fn show_outcome(&self, outcome: Option<&Outcome>) -> Result {
        let finished = outcome.and_then(|outcome| outcome.as_ref().ok());
        self.button.set_disabled(finished.is_none());
        if let Some(finished) = finished {
            dom::paint(&self.canvas, &finished.tile)?;
            // The object was made by the thread that worked on the picture; the page calls it.
            self.canvas
                .set_attribute("aria-label", finished.overlay.describe())?;
        }
        Ok(())
    }
}

/// What is being done to a picture, and by whom.
fn doing(card: &Card, state: State) -> String {
    let mut text = match state {
        State::Loading(stage) => {
            let mut text = String::from("wait for ");
            text.push_str(stage.name());
            text
        }
        State::At(stage) => String::from(stage.doing()),
        _ => String::new(),
    };
    if let Some(thread) = card.thread() {
        text.push_str(" · ");
        text.push_str(&thread.name());
    }
    text
}

/// The shape of a picture that the browser has read.
pub(super) async fn ratio(image: &HtmlImageElement) -> Option<f64> {
    let decoded = JsFuture::from(image.decode()).await;
    let (width, height) = (image.natural_width(), image.natural_height());
    let is_known = decoded.is_ok() && width > 0 && height > 0;
    is_known.then(|| f64::from(width) / f64::from(height))
}
