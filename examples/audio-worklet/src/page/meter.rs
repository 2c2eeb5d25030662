//! How loud it is, and how much of its time the audio thread needs.

use std::cell::RefCell;

use wasm_cleave::audio::CountAllocations;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use crate::clock;
use crate::dom::{self, Result};
use crate::dsp::{BLOCK, decibels};
use crate::effects::parameter::Unit;
use crate::rack::command::Event;
use crate::rack::times::Summary;
use crate::text;

/// The lowest level that is shown, in decibels.
const LOWEST: f32 = -48.0;

/// By how many decibels a level falls from one event to the next.
const FALL: f32 = 1.4;

/// So many seconds are shown of the past.
const SECONDS: usize = 48;

pub(super) struct Meter {
    levels: [HtmlElement; 2],
    bars: Element,
    mean: Element,
    median: Element,
    worst: Element,
    late: Element,
    links: Element,
    allocations: Element,
    step: Element,
    /// How long a block plays, in milliseconds.
    budget: f32,
    state: RefCell<State>,
}

struct State {
    levels: [f32; 2],
    past: Vec<HtmlElement>,
}

impl Meter {
    pub(super) fn new(rate: f32) -> Result<Self> {
        let budget = BLOCK as f32 / rate * 1000.0;
        let mut facts = text::fixed(rate / 1000.0, 1);
        facts.push_str(" kHz · 128 frames in ");
        facts.push_str(&text::fixed(budget, 2));
        facts.push_str(" ms");
        dom::by_id::<Element>("facts")?.set_text_content(Some(&facts));
        let clock: HtmlInputElement = dom::by_id("clock-on")?;
        clock::run(clock.checked())?;
        let switch = clock.clone();
        dom::listen(&clock, "change", move |_| clock::run(switch.checked()))?;
        Ok(Meter {
            levels: [dom::by_id("level-left")?, dom::by_id("level-right")?],
            bars: dom::by_id("bars")?,
            mean: dom::by_id("mean")?,
            median: dom::by_id("median")?,
            worst: dom::by_id("worst")?,
            late: dom::by_id("late")?,
            links: dom::by_id("links")?,
            allocations: dom::by_id("allocations")?,
            step: dom::by_id("step")?,
            budget,
            state: RefCell::new(State {
                levels: [LOWEST; 2],
                past: Vec::new(),
            }),
        })
    }

    pub(super) fn show(&self, event: &Event, late_links: u32) -> Result {
        let mut state = self.state.borrow_mut();
        for ((level, peak), bar) in state.levels.iter_mut().zip(event.peaks).zip(&self.levels) {
            *level = decibels(peak).max(*level - FALL).clamp(LOWEST, 0.0);
            dom::set_number(bar, "--level", f64::from(1.0 - *level / LOWEST))?;
        }
        if let Some(load) = event.load {
            self.show_load(&mut state, load)?;
        }
        count(&self.late, event.late)?;
        count(&self.links, late_links)?;
        count(&self.allocations, CountAllocations::count())
    }

    fn show_load(&self, state: &mut State, load: Summary) -> Result {
        let step = clock::step() as f32 / 1000.0;
        self.step
            .set_text_content(Some(&text::value(step, Unit::Milliseconds)));
        let mean = text::value(load.mean * self.budget, Unit::Milliseconds);
        self.mean.set_text_content(Some(&mean));
        for (place, part) in [(&self.median, load.median), (&self.worst, load.worst)] {
            place.set_text_content(Some(&time(part * self.budget, step)));
        }
        let bar = dom::template("bar")?;
        dom::set_number(&bar, "--mean", f64::from(load.mean.min(1.0)))?;
        dom::set_number(&bar, "--worst", f64::from(load.worst.min(1.0)))?;
        bar.toggle_attribute_with_force("data-bad", load.worst > 1.0)?;
        self.bars.append_child(&bar)?;
        state.past.push(bar);
        if state.past.len() > SECONDS {
            state.past.remove(0).remove();
        }
        Ok(())
    }
}

/// A time that was taken once, by a clock that goes in steps. All in milliseconds.
fn time(time: f32, step: f32) -> String {
    let mut text = String::from(if time < step { "< " } else { "" });
    text.push_str(&text::value(time.max(step), Unit::Milliseconds));
    text
}

/// Shows how often something has happened that should not.
fn count(place: &Element, count: u32) -> Result {
    place.set_text_content(Some(&count.to_string()));
    place.toggle_attribute_with_force("data-bad", count > 0)?;
    Ok(())
}
