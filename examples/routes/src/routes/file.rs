//! Files on their way into a route and out of it. Shared by several routes, so that the splitter decides where it goes.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Response, Url};

use crate::dom::{self, Result};

/// The bytes of a file that lies beside the page.
pub(super) async fn fetch(name: &str) -> Result<Vec<u8>> {
    let response: Response = JsFuture::from(dom::window()?.fetch_with_str(name))
        .await?
        .dyn_into()?;
    if !response.ok() {
        let status = response.status();
        return Err(dom::error(&format!(
            "cannot fetch `{name}`: the server answered {status}"
        )));
    }
    bytes(response.array_buffer()?).await
}

/// The bytes of a file that the visitor gave.
pub(super) async fn read(blob: &Blob) -> Result<Vec<u8>> {
    bytes(blob.array_buffer()).await
}

async fn bytes(buffer: js_sys::Promise) -> Result<Vec<u8>> {
    let buffer: ArrayBuffer = JsFuture::from(buffer).await?.dyn_into()?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// A URL under which the page can show or save some bytes, as long as it lives.
pub(super) struct ObjectUrl(String);

impl ObjectUrl {
    pub(super) fn new(bytes: &[u8], mime: &str) -> Result<Self> {
        let options = BlobPropertyBag::new();
        options.set_type(mime);
        let parts = Array::of1(&Uint8Array::from(bytes));
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
        Ok(ObjectUrl(Url::create_object_url_with_blob(&blob)?))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Lets the browser save it as a file of this name.
    pub(super) fn save_as(&self, name: &str) -> Result {
        let link: HtmlAnchorElement = dom::document()?.create_element("a")?.dyn_into()?;
        link.set_href(&self.0);
        link.set_download(name);
        link.click();
        Ok(())
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // Fails for no string.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// A number of bytes as people read it.
pub(super) fn size(bytes: usize) -> String {
    match bytes {
        0..1000 => format!("{bytes} B"),
        1000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_the_unit_that_fits() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1000), "1.0 kB");
        assert_eq!(size(1_234_567), "1.23 MB");
    }
}
