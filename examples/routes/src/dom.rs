//! What the shell and the routes do with the page, besides what all examples do.

use wasm_bindgen::prelude::*;
use web_sys::{Event, EventTarget};

pub(crate) use example_page::dom::*;

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
