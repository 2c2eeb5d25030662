//! The route `svg`: a drawing as text, rendered to a canvas at any zoom.

mod camera;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use resvg::tiny_skia::Transform;
use resvg::usvg::Tree;
use wasm_bindgen::{Clamped, JsCast};
use wasm_cleave::wasm_split;
use web_sys::{
    CanvasRenderingContext2d, Element, Event, HtmlCanvasElement, HtmlTextAreaElement, ImageData,
    PointerEvent, WheelEvent,
};

use super::file::ObjectUrl;
use crate::dom::{self, Listener, Result, find};
use crate::raster::{self, Reader};
use crate::route::{Opened, Route};
use camera::Camera;

/// A saved picture has this many pixels for each unit of the drawing.
const SAVED_SCALE: f32 = 2.0;

/// Fills `host` with an editor and a canvas.
#[wasm_split(svg)]
pub(crate) fn open(host: &Element) -> Opened {
    host.set_inner_html(include_str!("page.html"));
    let canvas: HtmlCanvasElement = find(host, "canvas")?;
    let context = canvas
        .get_context("2d")?
        .ok_or_else(|| dom::error("this browser has no canvas"))?
        .dyn_into()?;
    let editor: HtmlTextAreaElement = find(host, "textarea")?;
    editor.set_value(include_str!("sample.svg"));
    let view = Rc::new(View {
        reader: Reader::new(),
        tree: RefCell::default(),
        camera: Cell::default(),
        grip: Cell::default(),
        editor,
        canvas,
        context,
        status: find(host, ".status")?,
        toolbar: find(host, ".toolbar")?,
    });
    view.read()?;
    let listeners = view.listen()?;
    Ok(Box::new(Svg {
        _listeners: listeners,
    }))
}

struct Svg {
    _listeners: Vec<Listener>,
}

impl Route for Svg {}

struct View {
    reader: Reader,
    tree: RefCell<Option<Tree>>,
    camera: Cell<Camera>,
    /// Where the pointer was that drags the drawing.
    grip: Cell<Option<(f32, f32)>>,
    editor: HtmlTextAreaElement,
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    status: Element,
    toolbar: Element,
}

impl View {
    fn listen(self: &Rc<Self>) -> Result<Vec<Listener>> {
        let canvas: &Element = &self.canvas;
        Ok(vec![
            self.on(&self.editor, "input", |view, _| view.read())?,
            self.on(&self.toolbar, "click", |view, event| {
                let button: Option<Element> =
                    event.target().and_then(|target| target.dyn_into().ok());
                match button
                    .and_then(|button| button.get_attribute("name"))
                    .as_deref()
                {
                    Some("in") => view.zoom(1.5, (0.0, 0.0)),
                    Some("out") => view.zoom(1.0 / 1.5, (0.0, 0.0)),
                    Some("fit") => view.look(Camera::default()),
                    Some("save") => view.save(),
                    _ => Ok(()),
                }
            })?,
            self.on(canvas, "wheel", |view, event| {
                event.prevent_default();
                let wheel: WheelEvent = event.dyn_into()?;
                let factor = (-wheel.delta_y() as f32 / 400.0).exp();
                let (width, height) = view.room();
                let from_middle = (
                    wheel.offset_x() as f32 - width / 2.0,
                    wheel.offset_y() as f32 - height / 2.0,
                );
                view.zoom(factor, from_middle)
            })?,
            self.on(canvas, "pointerdown", |view, event| {
                let pointer: PointerEvent = event.dyn_into()?;
                view.grip
                    .set(Some((pointer.offset_x() as f32, pointer.offset_y() as f32)));
                view.canvas.set_pointer_capture(pointer.pointer_id())
            })?,
            self.on(canvas, "pointermove", |view, event| {
                let pointer: PointerEvent = event.dyn_into()?;
                let at = (pointer.offset_x() as f32, pointer.offset_y() as f32);
                let Some(grip) = view.grip.get() else {
                    return Ok(());
                };
                view.grip.set(Some(at));
                view.look(view.camera.get().moved(at.0 - grip.0, at.1 - grip.1))
            })?,
            self.on(canvas, "pointerup", |view, _| {
                view.grip.set(None);
                Ok(())
            })?,
            self.on(canvas, "pointercancel", |view, _| {
                view.grip.set(None);
                Ok(())
            })?,
            self.resized()?,
        ])
    }

    fn on(
        self: &Rc<Self>,
        target: &Element,
        kind: &'static str,
        act: impl Fn(&Self, Event) -> Result + 'static,
    ) -> Result<Listener> {
        let view = self.clone();
        Listener::new(target, kind, move |event| act(&view, event))
    }

    fn resized(self: &Rc<Self>) -> Result<Listener> {
        let view = self.clone();
        Listener::new(dom::window()?.as_ref(), "resize", move |_| view.draw())
    }

    /// Reads the text. A mistake in it is told, and the last good drawing stays.
    fn read(&self) -> Result {
        match self.reader.read(&self.editor.value()) {
            Ok(tree) => {
                *self.tree.borrow_mut() = Some(tree);
                self.status.class_list().remove_1("wrong")?;
                self.draw()
            }
            Err(error) => {
                self.status.class_list().add_1("wrong")?;
                self.status.set_text_content(Some(&error.to_string()));
                Ok(())
            }
        }
    }

    /// The size of the canvas on the page.
    fn room(&self) -> (f32, f32) {
        (
            self.canvas.client_width() as f32,
            self.canvas.client_height() as f32,
        )
    }

    fn zoom(&self, factor: f32, from_middle: (f32, f32)) -> Result {
        self.look(self.camera.get().zoomed(factor, from_middle))
    }

    fn look(&self, camera: Camera) -> Result {
        self.camera.set(camera);
        self.draw()
    }

    /// Draws what the camera sees, with as many pixels as the screen has there.
    fn draw(&self) -> Result {
        let tree = self.tree.borrow();
        let Some(tree) = &*tree else { return Ok(()) };
        let density = dom::window()?.device_pixel_ratio() as f32;
        let room = self.room();
        let (width, height) = ((room.0 * density) as u32, (room.1 * density) as u32);
        let size = tree.size();
        let (scale, left, top) = self.camera.get().view((size.width(), size.height()), room);
        let transform = Transform::from_translate(left, top)
            .pre_scale(scale, scale)
            .post_scale(density, density);
        let start = dom::now();
        let Some(pixels) = raster::draw(tree, width, height, transform) else {
            return Ok(());
        };
        let took = dom::now() - start;
        self.canvas.set_width(width);
        self.canvas.set_height(height);
        let rgba = pixels.take_demultiplied();
        let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), width, height)?;
        self.context.put_image_data(&image, 0.0, 0.0)?;
        let percent = scale * 100.0;
        if !self.status.class_list().contains("wrong") {
            self.status.set_text_content(Some(&format!(
                "{width} × {height} pixels at {percent:.0} % drawn in {took:.1} ms"
            )));
        }
        Ok(())
    }

    fn save(&self) -> Result {
        let tree = self.tree.borrow();
        let file = tree
            .as_ref()
            .and_then(|tree| raster::png(tree, SAVED_SCALE));
        let file = file.ok_or_else(|| dom::error("the drawing is too large for a picture"))?;
        ObjectUrl::new(&file, "image/png")?.save_as("drawing.png")
    }
}
