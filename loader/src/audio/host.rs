//! What a processor may ask of, and tell, the world around it while it renders.

use rtrb::{Producer, PushError};

/// The world around a processor, during one call.
#[derive(Debug)]
pub struct Host<'a, Event> {
    pub(super) events: &'a mut Producer<Event>,
    pub(super) has_told: &'a mut bool,
    pub(super) frame: u64,
    pub(super) sample_rate: f32,
}

impl<Event> Host<'_, Event> {
    /// Tells the page something. It neither waits nor allocates.
    ///
    /// # Errors
    /// Gives the event back when so many are on their way that there is no room: the page is busy, or does not listen.
    /// What is given back must not be dropped here if dropping it frees memory.
    pub fn emit(&mut self, event: Event) -> Result<(), Event> {
        self.events
            .push(event)
            .map_err(|PushError::Full(event)| event)?;
        *self.has_told = true;
        Ok(())
    }

    /// The number of the block's first frame, counted from the start of the context.
    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// In frames per second.
    pub fn sample_rate(&self) -> f32 {
        self.sample_rate
    }
}
