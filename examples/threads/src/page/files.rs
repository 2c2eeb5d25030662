//! How the bytes of a picture come to the page, and how the page shows them.

pub(super) use example_page::files::{fetched, read};
use js_sys::{Array, Promise, Uint8Array};
use web_sys::{Blob, Url};

use crate::dom::{self, Result};

/// Asks for a file beside the page, without waiting for it.
pub(super) fn ask(name: &str) -> Result<Promise> {
    let mut url = String::from("pictures/");
    url.push_str(name);
    Ok(dom::window()?.fetch_with_str(&url))
}

/// A URL under which the page can show some bytes, as long as it lives.
pub(super) struct ObjectUrl(String);

impl ObjectUrl {
    pub(super) fn new(bytes: &[u8]) -> Result<Self> {
        // Copies: a blob takes no shared memory.
        let parts = Array::of1(&Uint8Array::from(bytes));
        let blob = Blob::new_with_u8_array_sequence(&parts)?;
        Ok(ObjectUrl(Url::create_object_url_with_blob(&blob)?))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // Fails for no string.
        let _ = Url::revoke_object_url(&self.0);
    }
}
