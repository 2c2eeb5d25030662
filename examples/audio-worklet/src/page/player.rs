//! The player: play and stop, the wave form with the place that is heard, and how loud all is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use web_sys::{Element, HtmlInputElement};

use super::canvas::Canvas;
use super::deck::Deck;
use crate::dom::{self, Result};
use crate::dsp::gain;
use crate::piece::Piece;
use crate::rack::command::Command;
use crate::text;

/// Bars of the wave form for each pixel of its width.
const BARS: f64 = 0.25;

/// Parts that the piece is looked at in.
const OUTLINE: usize = 1024;

pub(super) struct Player {
    /// Frames a second.
    rate: f32,
    button: Element,
    title: Element,
    clock: Element,
    seek: HtmlInputElement,
    wave: Canvas,
    shown: RefCell<Shown>,
    /// How long the piece is, in frames, for the slider too.
    frames: Rc<Cell<usize>>,
}

/// What the wave form shows.
#[derive(Default)]
struct Shown {
    outline: Vec<f32>,
    position: usize,
}

impl Player {
    pub(super) fn new(rate: f32) -> Result<Self> {
        Ok(Player {
            rate,
            button: dom::by_id("play")?,
            title: dom::by_id("title")?,
            clock: dom::by_id("clock")?,
            seek: dom::by_id("seek")?,
            wave: Canvas::new("wave")?,
            shown: RefCell::default(),
            frames: Rc::default(),
        })
    }

    pub(super) fn button(&self) -> &Element {
        &self.button
    }

    /// Lets the visitor play, stop, seek, and set the volume.
    pub(super) fn connect(&self, deck: &Rc<Deck>) -> Result {
        self.seek.set_disabled(false);
        let (deck, play) = (deck.clone(), deck.clone());
        let button = self.button.clone();
        dom::listen(&self.button, "click", move |_| {
            set_playing(&play, &button, !play.is_playing())
        })?;
        let (seek, frames, target) = (self.seek.clone(), self.frames.clone(), deck.clone());
        dom::listen(&self.seek, "input", move |_| {
            let part = seek.value_as_number() / 1000.0;
            target.send(Command::Seek((part * frames.get() as f64) as usize));
            Ok(())
        })?;
        let volume: HtmlInputElement = dom::by_id("volume")?;
        let slider = volume.clone();
        let set_volume = move || {
            let level = slider.value_as_number() as f32;
            let is_silent = slider.value() == slider.min();
            deck.send(Command::Volume(if is_silent { 0.0 } else { gain(level) }));
        };
        set_volume();
        dom::listen(&volume, "input", move |_| {
            set_volume();
            Ok(())
        })
    }

    pub(super) fn play(&self, deck: &Deck) -> Result {
        set_playing(deck, &self.button, true)
    }

    /// Shows another piece.
    pub(super) fn show(&self, piece: &Piece, title: &str) -> Result {
        self.title.set_text_content(Some(title));
        self.frames.set(piece.frames());
        self.button.remove_attribute("disabled")?;
        self.shown.replace(Shown {
            outline: piece.outline(OUTLINE),
            ..Shown::default()
        });
        self.show_position(0)
    }

    pub(super) fn show_position(&self, frame: usize) -> Result {
        self.shown.borrow_mut().position = frame;
        let seconds = |frames: usize| frames as f64 / f64::from(self.rate);
        let mut text = text::clock(seconds(frame));
        text.push_str(" / ");
        text.push_str(&text::clock(seconds(self.frames.get())));
        self.clock.set_text_content(Some(&text));
        self.seek
            .set_value_as_number((1000.0 * self.part()).floor());
        self.seek.set_attribute("aria-valuetext", &text)
    }

    /// How much of the piece has been played.
    fn part(&self) -> f64 {
        self.shown.borrow().position as f64 / self.frames.get().max(1) as f64
    }

    /// Draws the wave form.
    pub(super) fn draw(&self) -> Result {
        let (wide, high) = self.wave.clear()?;
        let shown = self.shown.borrow();
        let context = self.wave.context();
        let count = (wide * BARS) as usize;
        let played = self.part() * count as f64;
        for bar in 0..count {
            let of = bar * shown.outline.len() / count..(bar + 1) * shown.outline.len() / count;
            let height = shown.outline.get(of).unwrap_or_default();
            let height = height
                .iter()
                .fold(0.0_f32, |most, &height| most.max(height));
            let height = (f64::from(height) * (high - 4.0)).max(2.0);
            let over = played - bar as f64;
            context.set_global_alpha(0.28 + 0.72 * over.clamp(0.0, 1.0));
            let x = bar as f64 / BARS;
            context.fill_rect(x, (high - height) / 2.0, 1.0 / BARS - 1.5, height);
        }
        context.set_global_alpha(1.0);
        if self.frames.get() > 0 {
            context.fill_rect(played / BARS - 1.0, 0.0, 2.0, high);
        }
        Ok(())
    }
}

fn set_playing(deck: &Deck, button: &Element, is_playing: bool) -> Result {
    deck.play(is_playing);
    dom::set_flag(button, "aria-pressed", is_playing)
}
