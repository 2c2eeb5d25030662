//! Channels of samples in the memory of a block: what inputs, outputs and parameters are views of.

use std::slice;

/// Channels that follow each other in memory.
#[derive(Debug)]
pub(super) struct Channels {
    pub(super) start: *mut f32,
    pub(super) frames: usize,
    pub(super) count: usize,
}

impl Channels {
    pub(super) fn place(&self, channel: usize) -> *mut f32 {
        assert!(channel < self.count, "there is no such channel");
        // SAFETY: the channel is one of those that `Block::new` has laid out.
        unsafe { self.start.add(channel * self.frames) }
    }

    pub(super) fn channel(&self, channel: usize) -> &[f32] {
        // SAFETY: the samples are those of the channel, and nobody writes to them while `self` is borrowed: JavaScript
        // does so only between calls, Rust only through `channel_mut`.
        unsafe { slice::from_raw_parts(self.place(channel), self.frames) }
    }

    pub(super) fn channel_mut(&mut self, channel: usize) -> &mut [f32] {
        // SAFETY: as above, and `self` is borrowed exclusively.
        unsafe { slice::from_raw_parts_mut(self.place(channel), self.frames) }
    }
}
