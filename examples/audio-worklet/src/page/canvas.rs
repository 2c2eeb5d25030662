//! A canvas that is as sharp as the screen, and draws in the colour that the style sheet gives it.

use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::dom::{self, Result};

pub(super) struct Canvas {
    element: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Canvas {
    pub(super) fn new(id: &str) -> Result<Self> {
        let element: HtmlCanvasElement = dom::by_id(id)?;
        let context = element.get_context("2d")?.ok_or(JsValue::NULL)?;
        Ok(Canvas {
            element,
            context: context.unchecked_into(),
        })
    }

    /// Empties it, at the size that it has on the screen, and says how wide and high that is.
    pub(super) fn clear(&self) -> Result<(f64, f64)> {
        let sharpness = dom::window()?.device_pixel_ratio();
        let [wide, high] = [self.element.client_width(), self.element.client_height()];
        let [width, height] = [wide, high].map(|side| (f64::from(side) * sharpness) as u32);
        if (self.element.width(), self.element.height()) != (width, height) {
            self.element.set_width(width);
            self.element.set_height(height);
        }
        let [wide, high] = [wide, high].map(f64::from);
        self.context
            .set_transform(sharpness, 0.0, 0.0, sharpness, 0.0, 0.0)?;
        self.context.clear_rect(0.0, 0.0, wide, high);
        let style = dom::window()?.get_computed_style(&self.element)?;
        let colour = style.ok_or(JsValue::NULL)?.get_property_value("color")?;
        self.context.set_fill_style_str(&colour);
        self.context.set_stroke_style_str(&colour);
        Ok((wide, high))
    }

    pub(super) fn context(&self) -> &CanvasRenderingContext2d {
        &self.context
    }
}
