//! The few things that the shell and the routes do with the page. All of it ends up in the main module: keep it small.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, Window};

/// What touching the page gives: JavaScript's own error where it fails.
pub(crate) type Result<T = ()> = std::result::Result<T, JsValue>;

/// An error with a message of our own.
pub(crate) fn error(message: &str) -> JsValue {
    js_sys::Error::new(message).into()
}

pub(crate) fn window() -> Result<Window> {
    web_sys::window().ok_or(JsValue::NULL)
}

pub(crate) fn document() -> Result<Document> {
    window()?.document().ok_or(JsValue::NULL)
}

/// The first element below `root` that a selector matches.
pub(crate) fn find<T: JsCast>(root: &Element, selector: &str) -> Result<T> {
    any(root, selector)?
        .dyn_into()
        .map_err(|found| missing(selector, &found))
}

fn any(root: &Element, selector: &str) -> Result<Element> {
    root.query_selector(selector)?
        .ok_or_else(|| missing(selector, root))
}

fn missing(selector: &str, place: &Element) -> JsValue {
    let mut message = String::from("the page has no fitting `");
    message.push_str(selector);
    message.push_str("` in `");
    message.push_str(&place.tag_name());
    message.push('`');
    error(&message)
}

/// A copy of what the page's `<template>` with this id holds: one element.
pub(crate) fn template(id: &str) -> Result<Element> {
    let template: HtmlElement = document()?
        .get_element_by_id(id)
        .ok_or_else(|| error(id))?
        .unchecked_into();
    let content = js_sys::Reflect::get(&template, &JsValue::from_str("content"))?;
    let copy = content
        .unchecked_into::<web_sys::DocumentFragment>()
        .clone_node_with_deep(true)?;
    copy.unchecked_into::<web_sys::DocumentFragment>()
        .first_element_child()
        .ok_or_else(|| error(id))
}

/// Shows an element, or hides it from everybody.
pub(crate) fn show(element: &Element, visible: bool) -> Result {
    element.toggle_attribute_with_force("hidden", !visible)?;
    Ok(())
}

/// Milliseconds since the page was opened.
pub(crate) fn now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

/// Whether the page shows its dark colours now.
pub(crate) fn is_dark() -> bool {
    let chosen = document().ok().and_then(|document| {
        let root = document.document_element()?;
        root.get_attribute("data-theme")
    });
    match chosen {
        Some(theme) => theme == "dark",
        None => window()
            .and_then(|window| window.match_media("(prefers-color-scheme: dark)"))
            .is_ok_and(|query| query.is_some_and(|query| query.matches())),
    }
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

/// Listens as long as it lives.
pub(crate) struct Listener {
    target: EventTarget,
    kind: &'static str,
    call: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `call` at every event of this kind on `target`; an error is reported to the page.
    pub(crate) fn new(
        target: &EventTarget,
        kind: &'static str,
        mut call: impl FnMut(Event) -> Result + 'static,
    ) -> Result<Self> {
        Self::boxed(target, kind, Box::new(move |event| report(call(event))))
    }

    fn boxed(
        target: &EventTarget,
        kind: &'static str,
        call: Box<dyn FnMut(Event)>,
    ) -> Result<Self> {
        let call = Closure::wrap(call);
        target.add_event_listener_with_callback(kind, call.as_ref().unchecked_ref())?;
        Ok(Listener {
            target: target.clone(),
            kind,
            call,
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let call = self.call.as_ref().unchecked_ref();
        // Fails only where adding it failed.
        let _ = self
            .target
            .remove_event_listener_with_callback(self.kind, call);
    }
}
