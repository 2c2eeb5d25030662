//! How the bytes of a piece come to the page, and how a Worker makes a piece of them.

use example_page::files;
pub(super) use example_page::files::read;
use wasm_bindgen::prelude::*;
use wasm_cleave::split;
use web_sys::{DragEvent, Event, File, FileList, HtmlInputElement};

use crate::dom::{self, Result};
use crate::piece::Piece;
use crate::piece::decode::decode;

/// The bytes of a file beside the page.
pub(super) async fn fetched(name: &str) -> Result<Vec<u8>> {
    let asked = dom::window()?.fetch_with_str(name);
    files::fetched(asked).await
}

/// Makes a piece of a file, on a thread of its own.
pub(super) async fn decoded(file: Vec<u8>, rate: f32) -> Result<Box<Piece>> {
    let rate = rate as u32;
    split!(decode).preload().await?;
    let thread = wasm_cleave::threads::spawn(move || decode(file, rate).wait())?;
    let piece = thread.await??;
    piece.map_err(|error| dom::error(&error))
}

/// Calls when the visitor has chosen a file, or dropped one anywhere on the page.
pub(super) fn on_files(call: impl Fn(File) + Clone + 'static) -> Result {
    let first = |files: Option<FileList>| files.and_then(|files| files.get(0));
    let picker: HtmlInputElement = dom::by_id("file")?;
    let (input, take) = (picker.clone(), call.clone());
    dom::listen(&picker, "change", move |_| {
        first(input.files()).map(&take);
        Ok(())
    })?;
    let body = dom::document()?.body().ok_or(JsValue::NULL)?;
    for (kind, is_over) in [("dragover", true), ("dragleave", false), ("drop", false)] {
        let (target, take) = (body.clone(), call.clone());
        dom::listen(&body, kind, move |event: Event| {
            event.prevent_default();
            target.class_list().toggle_with_force("over", is_over)?;
            let event: DragEvent = event.unchecked_into();
            let files = event.data_transfer().and_then(|transfer| transfer.files());
            if !is_over {
                first(files).map(&take);
            }
            Ok(())
        })?;
    }
    Ok(())
}
