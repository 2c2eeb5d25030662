//! The few things that the program does with the page. All of it ends up in the main module: keep it small.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, DocumentFragment, Element, Event, EventTarget, HtmlElement, Window};

use crate::picture::Picture;

/// What touching the page gives: JavaScript's own error where it fails.
pub(crate) type Result<T = ()> = std::result::Result<T, JsValue>;

/// An error with a message of our own.
pub(crate) fn error(message: &str) -> JsValue {
    js_sys::Error::new(message).into()
}

/// What an error says, for people.
pub(crate) fn message(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => String::from("It failed without saying why."),
    }
}

pub(crate) fn window() -> Result<Window> {
    web_sys::window().ok_or(JsValue::NULL)
}

pub(crate) fn document() -> Result<Document> {
    window()?.document().ok_or(JsValue::NULL)
}

/// Whether the server has isolated the page from other origins, as sharing memory takes.
pub(crate) fn is_isolated() -> bool {
    let name = JsValue::from_str("crossOriginIsolated");
    js_sys::Reflect::get(&js_sys::global(), &name).is_ok_and(|value| value.is_truthy())
}

/// The element of the page with this id.
pub(crate) fn by_id<T: JsCast>(id: &str) -> Result<T> {
    let found = document()?.get_element_by_id(id);
    let found = found.and_then(|element| element.dyn_into().ok());
    found.ok_or_else(|| missing(id))
}

/// The first element below `root` that a selector matches.
pub(crate) fn find<T: JsCast>(root: &Element, selector: &str) -> Result<T> {
    let found = root.query_selector(selector)?;
    let found = found.and_then(|element| element.dyn_into().ok());
    found.ok_or_else(|| missing(selector))
}

fn missing(what: &str) -> JsValue {
    let mut message = String::from("the page has no fitting `");
    message.push_str(what);
    message.push('`');
    error(&message)
}

/// A copy of what the page's `<template>` with this id holds: one element.
pub(crate) fn template(id: &str) -> Result<HtmlElement> {
    let template: HtmlElement = by_id(id)?;
    let content = js_sys::Reflect::get(&template, &JsValue::from_str("content"))?;
    let copy = content
        .unchecked_into::<DocumentFragment>()
        .clone_node_with_deep(true)?;
    let element = copy
        .unchecked_into::<DocumentFragment>()
        .first_element_child();
    let element = element.ok_or_else(|| missing(id))?;
    Ok(element.unchecked_into())
}

/// Shows an element, or hides it from everybody.
pub(crate) fn show(element: &Element, visible: bool) -> Result {
    element.toggle_attribute_with_force("hidden", !visible)?;
    Ok(())
}

/// Gives the style sheet a number.
pub(crate) fn set_number(element: &HtmlElement, property: &str, value: f64) -> Result {
    let text = String::from(js_sys::Number::from(value).to_string_with_radix(10)?);
    element.style().set_property(property, &text)
}

/// Puts a picture on a canvas, which gets its size.
pub(crate) fn paint(canvas: &web_sys::HtmlCanvasElement, picture: &Picture) -> Result {
    canvas.set_width(picture.width());
    canvas.set_height(picture.height());
    // A copy: a canvas takes no shared memory.
    let pixels = js_sys::Uint8ClampedArray::new_with_length(picture.rgba().len() as u32);
    pixels.copy_from(picture.rgba());
    let data = web_sys::ImageData::new_with_js_u8_clamped_array_and_sh(
        &pixels,
        picture.width(),
        picture.height(),
    )?;
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let context: web_sys::CanvasRenderingContext2d = context.unchecked_into();
    context.put_image_data(&data, 0.0, 0.0)
}

/// Waits until the page is about to be drawn.
pub(crate) async fn next_frame() -> Result {
    let window = window()?;
    let frame = Promise::new(&mut |resolve, _| {
        // Fails for no function.
        let _ = window.request_animation_frame(&resolve);
    });
    JsFuture::from(frame).await?;
    Ok(())
}

/// Lets the page draw, and goes on afterwards.
pub(crate) async fn breathe() -> Result {
    let window = window()?;
    let pause = Promise::new(&mut |resolve, _| {
        // Fails for no function.
        let _ = window.set_timeout_with_callback(&resolve);
    });
    next_frame().await?;
    JsFuture::from(pause).await?;
    Ok(())
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = reportError)]
    fn report_error(error: &JsValue);
}

/// Reports an error that has nobody else to be told, as one that was not caught.
pub(crate) fn report(result: Result) {
    if let Err(error) = result {
        report_error(&error);
    }
}

/// Calls `call` at every event of this kind on `target`, as long as the page lives; an error is reported.
pub(crate) fn listen(
    target: &EventTarget,
    kind: &str,
    mut call: impl FnMut(Event) -> Result + 'static,
) -> Result {
    let call: Box<dyn FnMut(Event)> = Box::new(move |event| report(call(event)));
    let call = Closure::wrap(call).into_js_value();
    target.add_event_listener_with_callback(kind, call.unchecked_ref())
}
