//! Checks the bytes of a chunk as they arrive. Each block is hashed while others still arrive, so that little is left to
//! do when the last one has come.

use std::fmt::Write;

use js_sys::Uint8Array;
use js_sys::futures::JsFuture;

use crate::error::FetchError;
use crate::js;
use crate::manifest::{BLOCK, Chunk};
use crate::memory::kept::{ByItself, Gathered, Kept};

const WRONG_HASH: &str = "wrong SHA-256";

/// Checks what arrives in one attempt.
pub(super) struct Verifier<'a> {
    file: &'a Chunk,
    received: u32,
    /// The part of a block that waits for the rest, and how long it is.
    begun: Option<(Uint8Array, u32)>,
    /// The hashes of the blocks that are whole, as far as the engine can compute them.
    hashes: Vec<JsFuture>,
    gathered: Gathered,
}

impl<'a> Verifier<'a> {
    /// # Errors
    /// If memory is shared, and has no room for the file.
    pub(super) fn new(file: &'a Chunk) -> Result<Self, FetchError> {
        Ok(Verifier {
            file,
            received: 0,
            begun: None,
            hashes: Vec::new(),
            gathered: Gathered::new(file.size)?,
        })
    }

    /// How many bytes have arrived.
    pub(super) fn received(&self) -> u32 {
        self.received
    }

    /// Takes the next bytes of the file. What is too much only counts.
    pub(super) fn add(&mut self, piece: &Uint8Array) {
        let missing = self.file.size.saturating_sub(self.received);
        let wanted = piece.length().min(missing);
        self.gathered.add(self.received, piece, wanted);
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
        let block = (self.file.size - start).min(BLOCK as u32);
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

    /// Checks what has arrived. If it is the file, the bytes go to `kept`.
    ///
    /// # Errors
    /// In which way it is not the file.
    pub(super) async fn end(self, kept: &Kept) -> Result<(), String> {
        let file = self.file;
        if self.received != file.size {
            return Err(wrong_size(self.received, file));
        }
        for (hash, expected) in self.hashes.into_iter().zip(file.block_hashes()) {
            let hash = hash.await.map(|hash| Uint8Array::new(&hash).to_vec());
            if hash.as_deref() != Ok(expected) {
                return Err(WRONG_HASH.into());
            }
        }
        self.gathered.keep(kept);
        Ok(())
    }
}

/// Checks the bytes of `file` at once: as [`Verifier::end`].
pub(super) fn check_at_once(
    thread: &ByItself,
    file: &Chunk,
    bytes: &Uint8Array,
    kept: &Kept,
) -> Result<Result<(), String>, FetchError> {
    let mut gathered = Gathered::new(file.size)?;
    if bytes.length() != file.size {
        return Ok(Err(wrong_size(bytes.length(), file)));
    }
    gathered.add(0, bytes, file.size);
    if thread.sha256(&gathered) != file.sha256 {
        return Ok(Err(WRONG_HASH.into()));
    }
    gathered.keep(kept);
    Ok(Ok(()))
}

fn wrong_size(received: u32, file: &Chunk) -> String {
    let mut detail = String::new();
    let _ = write!(detail, "{received} bytes instead of {}", file.size);
    detail
}
