//! The progress bar: how much of a route has arrived.

use std::cell::Cell;

use wasm_cleave::Split;
use web_sys::{Element, HtmlElement};

use crate::dom::{self, Result, find};
use example_page::text::size;

/// A bar on the page, hidden while nothing is awaited.
pub(super) struct Bar {
    bar: HtmlElement,
    text: Element,
    awaited: Cell<Option<Split>>,
}

impl Bar {
    pub(super) fn new(root: &Element) -> Result<Self> {
        Ok(Bar {
            bar: find(root, "#progress")?,
            text: find(root, "#progress .text")?,
            awaited: Cell::default(),
        })
    }

    /// Shows how far a split is, from now on; not if it is there.
    pub(super) fn begin(&self, split: Split) -> Result {
        if split.is_loaded() {
            return Ok(());
        }
        self.awaited.set(Some(split));
        dom::show(&self.bar, true)?;
        self.update();
        Ok(())
    }

    /// Shows what has changed.
    pub(super) fn update(&self) {
        if let Some(split) = self.awaited.get() {
            dom::report(self.show(split));
        }
    }

    fn show(&self, split: Split) -> Result {
        let amount = split.progress();
        let percent = (amount.loaded * 100 / amount.expected.max(1)).to_string();
        self.bar.set_attribute("aria-valuenow", &percent)?;
        self.bar.style().set_property("--percent", &percent)?;
        let mut text = size(amount.loaded);
        text.push_str(" of ");
        text.push_str(&size(amount.expected));
        self.text.set_text_content(Some(&text));
        Ok(())
    }

    /// Nothing is awaited any more.
    pub(super) fn end(&self) -> Result {
        self.awaited.set(None);
        dom::show(&self.bar, false)
    }
}
