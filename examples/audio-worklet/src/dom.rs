//! What the program does with the page, besides what all examples do.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, EventTarget};

pub(crate) use example_page::dom::*;

/// Waits for so many milliseconds.
pub(crate) async fn pause(milliseconds: i32) -> Result {
    let window = window()?;
    let pause = Promise::new(&mut |resolve, _| {
        // Fails for no function.
        let _ =
            window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    JsFuture::from(pause).await?;
    Ok(())
}

/// Waits until `button` is clicked, and calls `call` at once then: some things are allowed only during a click.
pub(crate) async fn first_click(
    button: &EventTarget,
    call: impl FnOnce() -> Result + 'static,
) -> Result {
    let mut call = Some(call);
    let clicked = Promise::new(&mut |resolve, _| {
        let mut call = call.take();
        report(listen(button, "click", move |_| {
            let Some(call) = call.take() else {
                return Ok(());
            };
            call()?;
            resolve.call0(&JsValue::UNDEFINED).map(drop)
        }));
    });
    JsFuture::from(clicked).await?;
    Ok(())
}

/// Sets an attribute to `true` or `false`, for people who do not see the page.
pub(crate) fn set_flag(element: &Element, name: &str, value: bool) -> Result {
    element.set_attribute(name, if value { "true" } else { "false" })
}
