//! What a processor can learn and report while it renders.

use rtrb::{Producer, PushError};

/// What a processor can learn and report during one call.
///
/// ```
/// use wasm_cleave::audio::ProcessContext;
///
/// /// Reports the level about once a second.
/// fn report(level: f32, context: &mut ProcessContext<'_, f32>) {
///     let block = context.frame() / 128;
///     if block.is_multiple_of(375) {
///         let _ = context.emit(level); // if the page is busy, this one is lost
///     }
/// }
/// ```
#[derive(Debug)]
pub struct ProcessContext<'a, Event> {
    pub(super) events: &'a mut Producer<Event>,
    pub(super) has_emitted: &'a mut bool,
    pub(super) frame: u64,
    pub(super) sample_rate: f32,
}

impl<Event> ProcessContext<'_, Event> {
    /// Sends an event to the page. It neither waits nor allocates.
    ///
    /// # Errors
    /// Returns the event if the queue is full, because the page is busy or does not take events.
    /// Do not drop it here if that frees memory.
    pub fn emit(&mut self, event: Event) -> Result<(), Event> {
        self.events
            .push(event)
            .map_err(|PushError::Full(event)| event)?;
        *self.has_emitted = true;
        Ok(())
    }

    /// The number of the block's first frame, counted from the start of the context.
    #[must_use]
    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// In frames per second.
    #[must_use]
    pub fn sample_rate(&self) -> f32 {
        self.sample_rate
    }
}
