//! A knob: a slider that looks like one for those who see it, and is turned by pulling it up or down.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlInputElement, PointerEvent};

use crate::dom::{self, Result, find};
use crate::effects::parameter::Parameter;
use crate::text;

/// Steps of a slider.
const STEPS: f32 = 1000.0;

/// Pixels from one end of the knob's way to the other.
const PULL: f32 = 180.0;

#[derive(Clone)]
pub(super) struct Knob {
    pub(super) item: HtmlElement,
    parameter: &'static Parameter,
    slider: HtmlInputElement,
    dial: HtmlElement,
    output: Element,
    value: Rc<Cell<f32>>,
}

impl Knob {
    pub(super) fn new(parameter: &'static Parameter) -> Result<Self> {
        let item = dom::template("knob")?;
        find::<Element>(&item, ".name")?.set_text_content(Some(parameter.name));
        let knob = Knob {
            parameter,
            slider: find(&item, "input")?,
            dial: find(&item, ".dial")?,
            output: find(&item, "output")?,
            item,
            value: Rc::new(Cell::new(parameter.start)),
        };
        let range = parameter.from..=parameter.to;
        let rest = if range.contains(&0.0) {
            parameter.way(0.0)
        } else {
            0.0
        };
        dom::set_number(&knob.item, "--rest", f64::from(rest))?;
        knob.set(parameter.start)?;
        Ok(knob)
    }

    pub(super) fn value(&self) -> f32 {
        self.value.get()
    }

    /// Turns it to a value.
    pub(super) fn set(&self, value: f32) -> Result {
        let value = value.clamp(self.parameter.from, self.parameter.to);
        self.value.set(value);
        let way = self.parameter.way(value);
        self.slider
            .set_value_as_number(f64::from((way * STEPS + 0.5).floor()));
        let text = text::value(value, self.parameter.unit);
        self.slider.set_attribute("aria-valuetext", &text)?;
        self.output.set_text_content(Some(&text));
        dom::set_number(&self.item, "--way", f64::from(way))
    }

    /// Calls with each value that it is turned to.
    pub(super) fn on_turn(&self, call: impl Fn(f32) -> Result + 'static) -> Result {
        let knob = self.clone();
        let turn = Rc::new(move |way: f32| {
            knob.set(knob.parameter.value(way.clamp(0.0, 1.0)))?;
            call(knob.value())
        });
        let (slider, turned) = (self.slider.clone(), turn.clone());
        dom::listen(&self.slider, "input", move |_| {
            turned(slider.value_as_number() as f32 / STEPS)
        })?;
        let (start, turned) = (self.parameter.way(self.parameter.start), turn.clone());
        dom::listen(&self.dial, "dblclick", move |_| turned(start))?;
        self.on_pull(turn)
    }

    fn on_pull(&self, turn: Rc<impl Fn(f32) -> Result + 'static>) -> Result {
        // Where the pointer and the knob were when it was taken.
        let taken: Rc<Cell<Option<(f32, f32)>>> = Rc::default();
        let (knob, take) = (self.clone(), taken.clone());
        dom::listen(&self.dial, "pointerdown", move |event| {
            event.prevent_default();
            let event: PointerEvent = event.unchecked_into();
            knob.dial.set_pointer_capture(event.pointer_id())?;
            let way = knob.parameter.way(knob.value());
            take.set(Some((event.client_y() as f32, way)));
            knob.slider.focus()
        })?;
        let pulled = taken.clone();
        dom::listen(&self.dial, "pointermove", move |event| {
            let event: PointerEvent = event.unchecked_into();
            let Some((from, way)) = pulled.get() else {
                return Ok(());
            };
            let fine = if event.shift_key() { 0.2 } else { 1.0 };
            turn(way + fine * (from - event.client_y() as f32) / PULL)
        })?;
        for end in ["pointerup", "pointercancel"] {
            let taken = taken.clone();
            dom::listen(&self.dial, end, move |_| {
                taken.set(None);
                Ok(())
            })?;
        }
        Ok(())
    }
}
