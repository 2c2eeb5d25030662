//! The controls: filter, number of threads, buttons, and the bar for the work.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, FileList, HtmlButtonElement, HtmlElement, HtmlInputElement};

use super::dropped_files;
use crate::board::{Board, State};
use crate::dom::{self, Result, find};
use crate::filters::Kind;
use crate::stages::Stage;
use crate::text;

/// The slider goes at least so far, whatever the machine: more threads than cores are slower, but fun to watch.
const MOST_THREADS: usize = 8;

pub(super) struct Controls {
    form: Element,
    threads: HtmlInputElement,
    start: HtmlButtonElement,
    compare: HtmlButtonElement,
    progress: HtmlElement,
    progress_text: Element,
    cores: usize,
    is_busy: Rc<Cell<bool>>,
}

impl Controls {
    pub(super) fn new() -> Result<Self> {
        let navigator = dom::window()?.navigator();
        let progress: HtmlElement = dom::by_id("progress")?;
        let controls = Controls {
            form: dom::by_id("controls")?,
            threads: dom::by_id("threads")?,
            start: dom::by_id("start")?,
            compare: dom::by_id("compare")?,
            progress_text: find(&progress, ".text")?,
            progress,
            cores: (navigator.hardware_concurrency() as usize).max(1),
            is_busy: Rc::default(),
        };
        let cores = controls.cores.to_string();
        dom::by_id::<Element>("cores")?.set_text_content(Some(&cores));
        let most = controls.cores.max(MOST_THREADS);
        controls.threads.set_max(&most.to_string());
        controls.threads.set_value(&cores);
        controls.show_facts(&cores)?;
        controls.show_threads()?;
        Ok(controls)
    }

    /// What machine this is.
    fn show_facts(&self, cores: &str) -> Result {
        let mut facts = String::from("hardwareConcurrency ");
        facts.push_str(cores);
        facts.push_str(match dom::is_isolated() {
            true => " · cross-origin isolated",
            false => " · not cross-origin isolated",
        });
        dom::by_id::<Element>("facts")?.set_text_content(Some(&facts));
        Ok(())
    }

    fn show_threads(&self) -> Result {
        let count: Element = dom::by_id("threads-count")?;
        count.set_text_content(Some(&self.threads.value()));
        Ok(())
    }

    /// As many threads as the machine has cores.
    pub(super) fn cores(&self) -> usize {
        self.cores
    }

    /// As many threads as were chosen.
    pub(super) fn threads(&self) -> usize {
        (self.threads.value_as_number() as usize).max(1)
    }

    /// The filter that was chosen.
    pub(super) fn filter(&self) -> Result<Kind> {
        let chosen: HtmlInputElement = find(&self.form, "[name=filter]:checked")?;
        Kind::of_name(&chosen.value()).ok_or_else(|| dom::error("there is no such filter"))
    }

    pub(super) fn on_start(&self, call: impl Fn() + 'static) -> Result {
        let slider = self.threads.clone();
        let count: Element = dom::by_id("threads-count")?;
        dom::listen(&self.threads, "input", move |_| {
            count.set_text_content(Some(&slider.value()));
            Ok(())
        })?;
        let root = dom::document()?.document_element().ok_or(JsValue::NULL)?;
        let theme: Element = dom::by_id("theme")?;
        dom::listen(&theme, "click", move |_| change_theme(&root))?;
        let is_busy = self.is_busy.clone();
        dom::listen(&self.form, "submit", move |event| {
            event.prevent_default();
            if !is_busy.get() {
                call();
            }
            Ok(())
        })
    }

    pub(super) fn on_compare(&self, call: impl Fn() + 'static) -> Result {
        dom::listen(&self.compare, "click", move |_| {
            call();
            Ok(())
        })
    }

    /// Calls when files were chosen, or dropped anywhere on the page.
    pub(super) fn on_files(&self, call: impl Fn(FileList) + 'static) -> Result {
        let call = Rc::new(call);
        let picker: HtmlInputElement = dom::by_id("files")?;
        let (input, take) = (picker.clone(), call.clone());
        dom::listen(&picker, "change", move |_| {
            if let Some(files) = input.files() {
                take(files);
            }
            Ok(())
        })?;
        let body = dom::document()?.body().ok_or(JsValue::NULL)?;
        let over = |class: &'static str| {
            let body = body.clone();
            move |event: Event| {
                event.prevent_default();
                body.set_class_name(class);
                Ok(())
            }
        };
        dom::listen(&body, "dragover", over("over"))?;
        dom::listen(&body, "dragleave", over(""))?;
        dom::listen(&body, "drop", {
            let leave = over("");
            move |event: Event| {
                if let Some(files) = dropped_files(&event) {
                    call(files);
                }
                leave(event)
            }
        })
    }

    pub(super) fn is_busy(&self) -> bool {
        self.is_busy.get()
    }

    /// Lets nothing be begun while something is under way.
    pub(super) fn set_busy(&self, is_busy: bool) -> Result {
        self.is_busy.set(is_busy);
        self.start.set_disabled(is_busy);
        self.compare.set_disabled(is_busy);
        self.form
            .toggle_attribute_with_force("data-busy", is_busy)?;
        Ok(())
    }

    /// How far the work is, in whole pictures and for the bar also in stages.
    pub(super) fn show_board(&self, board: &Board) -> Result {
        let all = board.cards().len();
        let steps = board.cards().iter().map(|card| match card.state() {
            State::Waiting => 0,
            State::Loading(stage) | State::At(stage) => stage as usize,
            State::Done | State::Failed => Stage::COUNT,
        });
        let percent = steps.sum::<usize>() * 100 / (all * Stage::COUNT).max(1);
        let mut text = board.over().to_string();
        text.push_str(" of ");
        text.push_str(&all.to_string());
        text.push_str(" · ");
        text.push_str(&text::seconds(board.latest()));
        self.show_progress(percent as f64, &text)
    }

    pub(super) fn show_progress(&self, percent: f64, text: &str) -> Result {
        dom::set_number(&self.progress, "--percent", percent)?;
        let percent = (percent as u32).to_string();
        self.progress.set_attribute("aria-valuenow", &percent)?;
        self.progress_text.set_text_content(Some(text));
        Ok(())
    }
}

/// From the colours that are shown to the others.
fn change_theme(root: &Element) -> Result {
    let is_dark = match root.get_attribute("data-theme") {
        Some(theme) => theme == "dark",
        None => dom::window()?
            .match_media("(prefers-color-scheme: dark)")?
            .is_some_and(|query| query.matches()),
    };
    root.set_attribute("data-theme", if is_dark { "light" } else { "dark" })
}
