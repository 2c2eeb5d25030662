//! The bytes of a chunk in the memory of all threads, from their arrival until they are checked.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use sha2::{Digest, Sha256};
use wasm_bindgen::JsValue;

use crate::error::{FetchError, LoadErrorKind};
use crate::js;

/// Where the checked bytes of one attempt are put. A clone is the same place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    bytes: Rc<RefCell<Option<Vec<u8>>>>,
    is_blocking: bool,
}

impl Kept {
    /// For an attempt during which the thread does not return to its event loop.
    pub(crate) fn blocking() -> Self {
        Kept {
            is_blocking: true,
            ..Kept::default()
        }
    }

    /// The bytes, if they have been checked.
    pub(super) fn take(&self) -> Option<Vec<u8>> {
        self.bytes.take()
    }

    /// What the thread has to do by itself, if it does not return to its event loop.
    pub(crate) fn by_itself(&self) -> Option<ByItself> {
        self.is_blocking.then_some(ByItself(()))
    }
}

/// What the engine does beside the thread elsewhere, done at once.
pub(crate) struct ByItself(());

impl ByItself {
    pub(crate) fn compile(&self, bytes: &Uint8Array) -> Result<JsValue, JsValue> {
        js::module(bytes).map(JsValue::from)
    }

    pub(crate) fn sha256(&self, gathered: &Gathered) -> [u8; 32] {
        Sha256::digest(&gathered.0).into()
    }
}

/// What has arrived.
pub(crate) struct Gathered(Vec<u8>);

impl Gathered {
    /// Makes room for a file.
    ///
    /// # Errors
    /// If the memory has none.
    pub(crate) fn new(size: u32) -> Result<Self, FetchError> {
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(size as usize).is_err() {
            return Err(FetchError::new(LoadErrorKind::Memory, ""));
        }
        bytes.resize(size as usize, 0);
        Ok(Gathered(bytes))
    }

    /// Takes the first `count` bytes of `piece`, which belong at `offset`.
    pub(crate) fn add(&mut self, offset: u32, piece: &Uint8Array, count: u32) {
        if let Some(rest) = self.0.get_mut(offset as usize..) {
            let place = &mut rest[..count as usize];
            piece.subarray(0, count).copy_to(place);
        }
    }

    /// Puts the bytes, which are checked, where they are kept.
    pub(crate) fn keep(self, kept: &Kept) {
        kept.bytes.replace(Some(self.0));
    }
}
