//! Main's data segments, and the code that copies them.
//!
//! One thread: active segments, which the instantiation writes. Shared memory: thread-local data as it was, then all
//! pieces one after the other in one passive segment, from which the linker's start function copies them, once.
//! The manifest is the last segment; it is passive, and copied to be read.

use wasm_encoder::{ConstExpr, DataSection, InstructionSink};

use super::data::{self, Piece};
use crate::plan::{Gap, LinkPlan};

/// The data section of main and what is where in it.
#[derive(Debug)]
pub(crate) struct Segments {
    pub(super) section: DataSection,
    pub(super) count: u32,
    pub(super) manifest_length: u32,
    manifest: u32,
    /// Of each segment of the input: its index, where it is thread-local.
    thread_local: Vec<Option<u32>>,
    /// Of each segment of the input: its pieces in the segment `image`, where it is passive.
    copies: Vec<Vec<Copy>>,
    image: u32,
}

/// A piece of the image.
#[derive(Clone, Copy, Debug)]
struct Copy {
    address: u32,
    offset: u32,
    length: u32,
}

impl Segments {
    /// Divides main's data into segments.
    pub(super) fn new(plan: &LinkPlan, manifest: &[u8]) -> Self {
        let inputs = &plan.input.data.segments;
        let mut segments = Segments {
            section: DataSection::new(),
            count: 0,
            manifest_length: manifest.len() as u32,
            manifest: 0,
            thread_local: vec![None; inputs.len()],
            copies: vec![Vec::new(); inputs.len()],
            image: 0,
        };
        let images =
            inputs
                .iter()
                .enumerate()
                .map(|(position, segment)| match segment.thread_local {
                    true => Vec::new(),
                    false => data::image_of_main(plan, position, segment),
                });
        let images: Vec<Vec<u8>> = images.collect();
        let wholes = inputs.iter().zip(&images).map(|(segment, bytes)| {
            let address = segment.address;
            Piece { address, bytes }
        });
        let wholes: Vec<Piece> = wholes.collect();
        let shortest = data::shortest_cut(&wholes);
        let mut image = Vec::new();
        for (position, (segment, whole)) in inputs.iter().zip(wholes).enumerate() {
            if segment.thread_local {
                segments.thread_local[position] = Some(segments.count);
                segments.add_passive(segment.bytes.to_vec());
                continue;
            }
            let mut pieces = Vec::new();
            data::cut(whole, shortest, &mut pieces);
            match segment.passive {
                true => segments.add_to_image(position, &pieces, &mut image),
                false => segments.add_active(&pieces),
            }
        }
        if !image.is_empty() {
            segments.image = segments.count;
            segments.add_passive(image);
        }
        segments.manifest = segments.count;
        segments.add_passive(manifest.to_vec());
        segments
    }

    fn add_passive(&mut self, bytes: Vec<u8>) {
        self.section.passive(bytes);
        self.count += 1;
    }

    fn add_active(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            let address = ConstExpr::i32_const(piece.address as i32);
            self.section
                .active(0, &address, piece.bytes.iter().copied());
            self.count += 1;
        }
    }

    fn add_to_image(&mut self, position: usize, pieces: &[Piece], image: &mut Vec<u8>) {
        for piece in pieces {
            self.copies[position].push(Copy {
                address: piece.address,
                offset: image.len() as u32,
                length: piece.bytes.len() as u32,
            });
            image.extend_from_slice(piece.bytes);
        }
    }

    /// The index of a thread-local segment of the input.
    pub(super) fn thread_local(&self, segment: u32) -> Result<u32, Gap> {
        let index = self.thread_local.get(segment as usize).copied().flatten();
        index.ok_or_else(|| Gap::new(format!("the thread-local segment {segment}")))
    }

    /// Writes the code that copies a segment of the input to where it belongs.
    pub(super) fn write_copies(&self, segment: u32, code: &mut InstructionSink) {
        for copy in self.copies.get(segment as usize).into_iter().flatten() {
            code.i32_const(copy.address as i32)
                .i32_const(copy.offset as i32)
                .i32_const(copy.length as i32)
                .memory_init(0, self.image);
        }
    }

    /// Writes the code that drops the image; dropping twice is allowed.
    pub(super) fn write_drop(&self, code: &mut InstructionSink) {
        if self.copies.iter().any(|copies| !copies.is_empty()) {
            code.data_drop(self.image);
        }
    }

    /// Writes the code that copies the manifest to the address on the stack.
    pub(super) fn write_manifest_copy(&self, code: &mut InstructionSink) {
        code.i32_const(0)
            .i32_const(self.manifest_length as i32)
            .memory_init(0, self.manifest);
    }
}
