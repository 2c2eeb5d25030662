//! The few things that the examples do with the page.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, DocumentFragment, Element, Event, EventTarget, HtmlElement,
    PerformanceResourceTiming, Window,
};

/// What the file name of the main module ends with.
const MAIN_SUFFIX: &str = "_bg.wasm";

/// The result of touching the page, or JavaScript's own error.
pub type Result<T = ()> = std::result::Result<T, JsValue>;

/// An error with this message.
#[must_use]
pub fn error(message: &str) -> JsValue {
    js_sys::Error::new(message).into()
}

/// What an error says, for people.
#[must_use]
pub fn message(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => String::from("It failed without saying why."),
    }
}

/// The window.
///
/// # Errors
/// On a thread that has none.
pub fn window() -> Result<Window> {
    web_sys::window().ok_or(JsValue::NULL)
}

/// The page.
///
/// # Errors
/// On a thread that has none.
pub fn document() -> Result<Document> {
    window()?.document().ok_or(JsValue::NULL)
}

/// The element of the page with this id.
///
/// # Errors
/// If the page has changed, or the browser refuses.
pub fn by_id<T: JsCast>(id: &str) -> Result<T> {
    let found = document()?.get_element_by_id(id);
    let found = found.and_then(|element| element.dyn_into().ok());
    found.ok_or_else(|| missing(id))
}

/// The first element below `root` that a selector matches.
///
/// # Errors
/// If the page has changed, or the browser refuses.
pub fn find<T: JsCast>(root: &Element, selector: &str) -> Result<T> {
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
///
/// # Errors
/// If the page has changed, or the browser refuses.
pub fn template(id: &str) -> Result<HtmlElement> {
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

/// Shows an element, or hides it.
///
/// # Errors
/// If the page has changed, or the browser refuses.
pub fn show(element: &Element, visible: bool) -> Result {
    element.toggle_attribute_with_force("hidden", !visible)?;
    Ok(())
}

/// Gives the style sheet a number.
///
/// # Errors
/// If the page has changed, or the browser refuses.
pub fn set_number(element: &HtmlElement, property: &str, value: f64) -> Result {
    let text = String::from(js_sys::Number::from(value).to_string_with_radix(10)?);
    element.style().set_property(property, &text)
}

/// Waits until the page is about to be drawn.
///
/// # Errors
/// If the page has changed, or the browser refuses.
pub async fn next_frame() -> Result {
    let window = window()?;
    let frame = Promise::new(&mut |resolve, _| {
        // Fails for no function.
        let _ = window.request_animation_frame(&resolve);
    });
    JsFuture::from(frame).await?;
    Ok(())
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = reportError)]
    fn report_error(error: &JsValue);
}

/// Reports an error that no caller gets, as one that was not caught.
pub fn report(result: Result) {
    if let Err(error) = result {
        report_error(&error);
    }
}

/// Calls `call` at every event of this kind on `target`, as long as the page lives; an error is reported.
///
/// # Errors
/// If the page has changed, or the browser refuses.
pub fn listen(
    target: &EventTarget,
    kind: &str,
    mut call: impl FnMut(Event) -> Result + 'static,
) -> Result {
    let call: Box<dyn FnMut(Event)> = Box::new(move |event| report(call(event)));
    let call = Closure::wrap(call).into_js_value();
    target.add_event_listener_with_callback(kind, call.unchecked_ref())
}

/// The size of the main module in bytes, if the browser knows it.
#[must_use]
pub fn main_size() -> Option<u64> {
    Some(main_entry()?.decoded_body_size() as u64)
}

/// How the browser fetched the main module.
#[must_use]
pub fn main_entry() -> Option<PerformanceResourceTiming> {
    let performance = window().ok()?.performance()?;
    let entries = performance.get_entries_by_type("resource");
    let mut entries = entries
        .iter()
        .filter_map(|entry| entry.dyn_into::<PerformanceResourceTiming>().ok());
    entries.find(|entry| entry.name().ends_with(MAIN_SUFFIX))
}
