//! What the program does with the page, besides what all examples do.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

pub(crate) use example_page::dom::*;

use crate::picture::Picture;

/// Whether the server has isolated the page from other origins, as sharing memory takes.
pub(crate) fn is_isolated() -> bool {
    let name = JsValue::from_str("crossOriginIsolated");
    js_sys::Reflect::get(&js_sys::global(), &name).is_ok_and(|value| value.is_truthy())
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

/// Lets the page draw, and continues afterwards.
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
