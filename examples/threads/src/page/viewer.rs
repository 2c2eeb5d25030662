//! A finished picture at large, beside what it was made from.
//!
//! The overlay is drawn anew for this size, on the page, by the object that a thread of the pool has made.

use wasm_bindgen::prelude::*;
use web_sys::{
    Element, HtmlCanvasElement, HtmlDialogElement, HtmlElement, HtmlImageElement, HtmlInputElement,
};

use crate::board::Finished;
use crate::dom::{self, Result, find};

pub(super) struct Viewer {
    dialog: HtmlDialogElement,
    frame: HtmlElement,
    before: HtmlImageElement,
    after: HtmlCanvasElement,
    slider: HtmlInputElement,
    text: Element,
}

impl Viewer {
    pub(super) fn new() -> Result<Self> {
        let dialog: HtmlDialogElement = dom::by_id("viewer")?;
        let viewer = Viewer {
            frame: find(&dialog, ".frame")?,
            before: find(&dialog, "img")?,
            after: find(&dialog, "canvas")?,
            slider: find(&dialog, "input")?,
            text: dom::by_id("viewer-text")?,
            dialog,
        };
        let (slider, frame) = (viewer.slider.clone(), viewer.frame.clone());
        dom::listen(&viewer.slider, "input", move |_| {
            dom::set_number(&frame, "--cut", slider.value_as_number())
        })?;
        let dialog = viewer.dialog.clone();
        let close: Element = dom::by_id("viewer-close")?;
        dom::listen(&close, "click", move |_| {
            dialog.close();
            Ok(())
        })?;
        let dialog = viewer.dialog.clone();
        dom::listen(&viewer.dialog, "click", move |event| {
            // What is around the dialog counts as the dialog itself.
            if event.target().as_ref() == Some(dialog.unchecked_ref()) {
                dialog.close();
            }
            Ok(())
        })?;
        Ok(viewer)
    }

    /// Shows a picture; `url` is that of its file.
    pub(super) fn open(&self, finished: &Finished, url: &str) -> Result {
        let mut picture = finished.full.clone();
        finished.overlay.draw(&mut picture);
        dom::paint(&self.after, &picture)?;
        self.before.set_src(url);
        let ratio = f64::from(picture.width()) / f64::from(picture.height());
        let dialog: &HtmlElement = self.dialog.unchecked_ref();
        dom::set_number(dialog, "--ratio", ratio)?;
        let text = finished.overlay.describe();
        self.text.set_text_content(Some(text));
        self.slider.set_value("50");
        dom::set_number(&self.frame, "--cut", 50.0)?;
        self.dialog.show_modal()
    }

    pub(super) fn close(&self) {
        self.dialog.close();
    }
}
