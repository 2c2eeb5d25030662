//! The drawing of an effect: its curve, the lines behind it, and the points that can be pulled.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, PointerEvent};

use super::knob::Knob;
use crate::dom::{self, Result, find};
use crate::effects::{Face, Handles, Mark};

/// The units of the drawing's own measure, in both directions: whole numbers are fine enough.
const UNITS: f32 = 1000.0;

/// Places at which the curve is computed.
const POINTS: usize = 181;

pub(super) struct Drawing {
    face: Box<dyn Face>,
    line: Element,
    area: Element,
    frame: HtmlElement,
    points: Vec<HtmlElement>,
    knobs: Rc<[Knob]>,
}

impl Drawing {
    pub(super) fn new(unit: &Element, face: Box<dyn Face>, knobs: Rc<[Knob]>) -> Result<Self> {
        let mut drawing = Drawing {
            line: find(unit, ".line")?,
            area: find(unit, ".area")?,
            frame: find(unit, ".drawing")?,
            points: Vec::new(),
            face,
            knobs,
        };
        for mark in drawing.face.marks() {
            drawing.add_mark(mark)?;
        }
        let count = drawing.handles().map_or(0, |handles| handles.points.len());
        for _ in 0..count {
            let point = dom::template("point")?;
            drawing.frame.append_child(&point)?;
            drawing.points.push(point);
        }
        drawing.draw()?;
        Ok(drawing)
    }

    fn handles(&self) -> Option<&'static Handles> {
        self.face.handles()
    }

    fn add_mark(&self, mark: &Mark) -> Result {
        let item = dom::template("mark")?;
        let (class, at, text) = match *mark {
            Mark::Across(at, text) => ("across", at, text),
            Mark::Up(at, text) => ("up", at, text),
        };
        item.class_list().add_1(class)?;
        item.set_text_content(Some(text));
        dom::set_number(&item, "--at", f64::from(at))?;
        self.frame.append_child(&item)?;
        Ok(())
    }

    /// Draws the curve at the values of the knobs.
    pub(super) fn draw(&self) -> Result {
        let values: Vec<f32> = self.knobs.iter().map(Knob::value).collect();
        let mut heights = [0.0; POINTS];
        self.face.draw(&values, &mut heights);
        let mut line = String::new();
        for (at, height) in heights.iter().enumerate() {
            line.push(if at == 0 { 'M' } else { 'L' });
            push(&mut line, at as f32 / (POINTS - 1) as f32, *height);
        }
        self.line.set_attribute("d", &line)?;
        let rest = self.face.rest();
        line.push('L');
        push(&mut line, 1.0, rest);
        line.push('L');
        push(&mut line, 0.0, rest);
        line.push('Z');
        self.area.set_attribute("d", &line)?;
        self.place_points()
    }

    fn place_points(&self) -> Result {
        let Some(handles) = self.handles() else {
            return Ok(());
        };
        for (point, parameters) in self.points.iter().zip(handles.points) {
            let way = |axis: usize| {
                let value = self.knobs[parameters[axis]].value();
                f64::from(handles.axes[axis].way(value))
            };
            dom::set_number(point, "--across", way(0))?;
            dom::set_number(point, "--up", way(1))?;
        }
        Ok(())
    }

    /// Calls with the number of a parameter and its value when a point is pulled.
    pub(super) fn on_pull(
        self: &Rc<Self>,
        call: impl Fn(usize, f32) -> Result + 'static,
    ) -> Result {
        let call = Rc::new(call);
        let Some(handles) = self.handles() else {
            return Ok(());
        };
        for (point, parameters) in self.points.iter().zip(handles.points) {
            let target = point.clone();
            dom::listen(point, "pointerdown", move |event| {
                event.prevent_default();
                let event: PointerEvent = event.unchecked_into();
                target.set_pointer_capture(event.pointer_id())
            })?;
            let (drawing, target, call) = (self.clone(), point.clone(), call.clone());
            dom::listen(point, "pointermove", move |event| {
                let event: PointerEvent = event.unchecked_into();
                if !target.has_pointer_capture(event.pointer_id()) {
                    return Ok(());
                }
                let frame = drawing.frame.get_bounding_client_rect();
                let across = (f64::from(event.client_x()) - frame.left()) / frame.width();
                let up = (frame.bottom() - f64::from(event.client_y())) / frame.height();
                for (axis, way) in [across, up].into_iter().enumerate() {
                    call(parameters[axis], handles.axes[axis].value(way as f32))?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Adds a place of the drawing, in parts of it, to a path.
fn push(path: &mut String, across: f32, up: f32) {
    path.push_str(&((across * UNITS) as i32).to_string());
    path.push(' ');
    path.push_str(&(((1.0 - up) * UNITS) as i32).to_string());
}
