//! What each thread did when: a lane for each, in which every stage of every picture is a block.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use crate::board::{Board, Card, Times};
use crate::dom::{self, Result, find};
use crate::part::Thread;
use crate::stages::Stage;
use crate::text;

/// Waiting for less than this is not shown, in milliseconds.
const BRIEF: f64 = 1.0;

pub(super) struct Lanes {
    list: HtmlElement,
    sum: Element,
    tracks: RefCell<Vec<Element>>,
    /// By picture and stage.
    blocks: RefCell<Vec<Blocks>>,
}

/// The blocks of one stage of one picture.
#[derive(Default)]
struct Blocks {
    wait: Option<HtmlElement>,
    work: Option<HtmlElement>,
    is_over: bool,
}

impl Lanes {
    pub(super) fn new() -> Result<Self> {
        Ok(Lanes {
            list: dom::by_id("lanes")?,
            sum: dom::by_id("lanes-sum")?,
            tracks: RefCell::default(),
            blocks: RefCell::default(),
        })
    }

    /// Empty lanes for so many threads of a pool, or for the page if there are none.
    pub(super) fn begin(&self, threads: usize, pictures: usize) -> Result {
        self.list.set_inner_html("");
        let mut tracks = Vec::new();
        for index in 0..threads.max(1) {
            let lane = dom::template("lane")?;
            let thread = match threads {
                0 => Thread::Page,
                _ => Thread::Pool(index),
            };
            find::<Element>(&lane, ".name")?.set_text_content(Some(&thread.name()));
            tracks.push(find(&lane, ".track")?);
            self.list.append_child(&lane)?;
        }
        self.tracks.replace(tracks);
        let blocks = std::iter::repeat_with(Blocks::default);
        self.blocks
            .replace(blocks.take(pictures * Stage::COUNT).collect());
        Ok(())
    }

    /// Shows what has happened until now.
    pub(super) fn update(&self, board: &Board) -> Result {
        let now = board.latest();
        let mut blocks = self.blocks.borrow_mut();
        let places = blocks.chunks_exact_mut(Stage::COUNT);
        for (card, blocks) in board.cards().iter().zip(places) {
            let Some(track) = self.track(card) else {
                continue;
            };
            for (stage, blocks) in Stage::ALL.into_iter().zip(blocks) {
                let Some(times) = card.times(stage) else {
                    break;
                };
                blocks.update(&track, stage, times, now)?;
            }
        }
        dom::set_number(&self.list, "--total", now.max(1.0))?;
        self.sum.set_text_content(Some(&text::seconds(now)));
        Ok(())
    }

    fn track(&self, card: &Card) -> Option<Element> {
        let lane = match card.thread()? {
            Thread::Page => 0,
            Thread::Pool(index) => index,
        };
        self.tracks.borrow().get(lane).cloned()
    }
}

impl Blocks {
    fn update(&mut self, track: &Element, stage: Stage, times: Times, now: f64) -> Result {
        if self.is_over {
            return Ok(());
        }
        let begun = times.begun.or(times.ended);
        if begun.unwrap_or(now) - times.asked >= BRIEF {
            stretch(
                &mut self.wait,
                track,
                "wait",
                times.asked,
                begun.unwrap_or(now),
            )?;
        }
        if let Some(begun) = times.begun {
            let ended = times.ended.unwrap_or(now);
            let block = stretch(&mut self.work, track, stage.name(), begun, ended)?;
            if times.ended.is_some() {
                let mut title = String::from(stage.name());
                title.push_str(", ");
                title.push_str(&text::millis(ended - begun));
                block.set_title(&title);
                self.is_over = true;
            }
        }
        Ok(())
    }
}

/// Makes a block reach from one moment to another.
fn stretch<'a>(
    block: &'a mut Option<HtmlElement>,
    track: &Element,
    class: &str,
    from: f64,
    to: f64,
) -> Result<&'a HtmlElement> {
    if block.is_none() {
        let new: HtmlElement = dom::document()?.create_element("i")?.unchecked_into();
        new.set_class_name(class);
        dom::set_number(&new, "--from", from)?;
        track.append_child(&new)?;
        *block = Some(new);
    }
    let block = block.as_ref().ok_or(JsValue::NULL)?;
    dom::set_number(block, "--to", to)?;
    Ok(block)
}
