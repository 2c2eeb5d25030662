//! The bytes of a chunk on their way in. Each block is hashed while others still arrive, so that little is left to do
//! when the last one has come; where memory is shared, all are kept there.

use std::fmt::Write;

use js_sys::Uint8Array;
use js_sys::futures::JsFuture;

use super::{Failure, Request};
#[cfg(target_feature = "atomics")]
use crate::error::ErrorKind;
use crate::js;
use crate::manifest::BLOCK;

/// What has arrived in one attempt.
pub(super) struct Intake<'a> {
    request: &'a Request,
    received: u32,
    /// The part of a block that waits for the rest, and how long it is.
    begun: Option<(Uint8Array, u32)>,
    /// The hashes of the blocks that are whole, as far as the engine can compute them.
    hashes: Vec<JsFuture>,
    #[cfg(target_feature = "atomics")]
    bytes: Vec<u8>,
}

impl<'a> Intake<'a> {
    /// # Errors
    /// If memory is shared, and has no room for the file.
    pub(super) fn new(request: &'a Request) -> Result<Self, Failure> {
        Ok(Intake {
            request,
            received: 0,
            begun: None,
            hashes: Vec::new(),
            #[cfg(target_feature = "atomics")]
            bytes: room(request.file.size as usize)?,
        })
    }

    /// How many bytes have arrived.
    pub(super) fn received(&self) -> u32 {
        self.received
    }

    /// Takes the next bytes of the file. What is too much only counts.
    pub(super) fn add(&mut self, piece: &Uint8Array) {
        let missing = self.request.file.size.saturating_sub(self.received);
        let wanted = piece.length().min(missing);
        #[cfg(target_feature = "atomics")]
        if let Some(rest) = self.bytes.get_mut(self.received as usize..) {
            let place = &mut rest[..wanted as usize];
            piece.subarray(0, wanted).copy_to(place);
        }
        let mut from = 0;
        while from < wanted {
            from += self.add_to_block(piece, from, wanted);
        }
        self.received = self.received.saturating_add(piece.length() - wanted);
    }

    /// Takes bytes of `piece` that belong to one block: how many there were.
    fn add_to_block(&mut self, piece: &Uint8Array, from: u32, to: u32) -> u32 {
        let begun = self.begun.as_ref().map_or(0, |(_, len)| *len);
        let start = self.received - begun;
        let block = (self.request.file.size - start).min(BLOCK as u32);
        let taken = (to - from).min(block - begun);
        let part = piece.subarray(from, from + taken);
        self.received += taken;
        if taken == block {
            self.hash(&part);
            return taken;
        }
        let (gathered, len) = self
            .begun
            .get_or_insert_with(|| (Uint8Array::new_with_length(block), 0));
        gathered.set(&part, *len);
        *len += taken;
        if *len == block
            && let Some((whole, _)) = self.begun.take()
        {
            self.hash(&whole);
        }
        taken
    }

    fn hash(&mut self, block: &Uint8Array) {
        self.hashes.extend(js::sha256(block));
    }

    /// Checks what has arrived. If it is the file, it is what other threads get.
    ///
    /// # Errors
    /// In which way it is not the file.
    pub(super) async fn end(self) -> Result<(), String> {
        let file = &self.request.file;
        if self.received != file.size {
            let mut detail = String::new();
            let _ = write!(detail, "{} bytes instead of {}", self.received, file.size);
            return Err(detail);
        }
        for (hash, expected) in self.hashes.into_iter().zip(file.block_hashes()) {
            let hash = hash.await.map(|hash| Uint8Array::new(&hash).to_vec());
            if hash.as_deref() != Ok(expected) {
                return Err("wrong SHA-256".into());
            }
        }
        #[cfg(target_feature = "atomics")]
        self.request.checked.replace(Some(self.bytes));
        Ok(())
    }
}

/// So many zeros.
#[cfg(target_feature = "atomics")]
fn room(len: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(len).is_err() {
        return Err(Failure::new(ErrorKind::Memory, ""));
    }
    bytes.resize(len, 0);
    Ok(bytes)
}
