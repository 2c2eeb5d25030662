//! Nobody but the engine needs the bytes of a chunk: none are kept.

use std::convert::Infallible;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use crate::error::FetchError;

/// Where the bytes of one attempt would be put.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept(());

impl Kept {
    pub(crate) fn by_itself(&self) -> Option<ByItself> {
        None
    }
}

/// No thread does by itself what the engine does beside it.
pub(crate) struct ByItself(Infallible);

impl ByItself {
    pub(crate) fn compile(&self, _bytes: &Uint8Array) -> Result<JsValue, JsValue> {
        match self.0 {}
    }

    pub(crate) fn sha256(&self, _gathered: &Gathered) -> [u8; 32] {
        match self.0 {}
    }
}

/// What has arrived.
pub(crate) struct Gathered(());

impl Gathered {
    #[expect(clippy::unnecessary_wraps, reason = "shared memory can be full")]
    pub(crate) fn new(_size: u32) -> Result<Self, FetchError> {
        Ok(Gathered(()))
    }

    pub(crate) fn add(&mut self, _offset: u32, _piece: &Uint8Array, _count: u32) {}

    pub(crate) fn keep(self, _kept: &Kept) {}
}
