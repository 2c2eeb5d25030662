//! One processor at work, as the page and the audio thread share it, and who may touch what when.
//!
//! The page makes a [`Unit`] and tells the audio thread its address. From then on the [renderer](Render) in it belongs to
//! the audio thread, until it says that it has [`LEFT`]: after that the audio thread does not touch the unit any more, and the
//! page drops it. `LEFT` is written by the audio thread, at the end of its last call, or by the page in its stead when the
//! engine says that there will be no further call. Commands, events, and commands that have been obeyed travel in rings
//! with one producer and one consumer each. Nobody waits for anybody.

use std::cell::UnsafeCell;
use std::sync::Arc;

use rtrb::{Consumer, Producer, PushError, RingBuffer};

use super::block::{Block, Shape};
use super::host::Host;
use super::processor::Processor;
use crate::protocol::sync::{AtomicU32, Ordering};

/// Bit of the word: the page does not want the processor any more; the audio thread will see it.
const DISMISSED: u32 = 1;
/// Bit of the word: the audio thread is done with the unit.
const LEFT: u32 = 2;
/// Bit of the word: the processor has panicked, or thrown.
const FAILED: u32 = 4;
/// What the word grows by when the page has something to hear.
const TOLD: u32 = 8;

/// Renders one block.
pub(super) trait Render: Send {
    fn render(&mut self, frame: u64) -> Rendered;
}

/// What came of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rendered {
    /// Whether there will be another one.
    pub(super) goes_on: bool,
    /// Whether the page has something to hear.
    pub(super) has_told: bool,
}

pub(super) struct Unit {
    /// The bits above, and a count. All that changes is in one word, because the page may drop the unit as soon as it
    /// sees `LEFT`: the audio thread must have nothing left to write then.
    word: AtomicU32,
    renderer: UnsafeCell<Box<dyn Render>>,
}

// SAFETY: the renderer is touched by the audio thread only, as long as it has not left; see the top of this file.
unsafe impl Sync for Unit {}
// SAFETY: renderers are `Send`.
unsafe impl Send for Unit {}

impl Unit {
    pub(super) fn new(renderer: Box<dyn Render>) -> Self {
        Unit {
            word: AtomicU32::new(0),
            renderer: UnsafeCell::new(renderer),
        }
    }

    /// Renders one block on the audio thread.
    ///
    /// # Safety
    /// To be called by one thread only, and not any more once there will be no further block: then the unit may be gone
    /// when this returns.
    pub(super) unsafe fn render(&self, frame: u64) -> Rendered {
        const OVER: Rendered = Rendered {
            goes_on: false,
            has_told: true,
        };
        // Relaxed: what the page wrote before the unit got here is known from the message that brought it.
        if self.word.load(Ordering::Relaxed) & DISMISSED != 0 {
            self.leave();
            return OVER;
        }
        // SAFETY: as the caller promises.
        let renderer = unsafe { &mut *self.renderer.get() };
        let rendered = renderer.render(frame);
        if !rendered.goes_on {
            self.leave();
            return OVER;
        }
        if rendered.has_told {
            // Release: pairs with the acquire of `seen`.
            self.word.fetch_add(TOLD, Ordering::Release);
        }
        rendered
    }

    /// Notes that the audio thread will not touch it any more.
    pub(super) fn leave(&self) {
        // Release: whoever sees it may drop what the audio thread wrote.
        self.word.fetch_or(LEFT, Ordering::Release);
    }

    /// Notes that the processor has failed, and that the audio thread will not touch it any more.
    pub(super) fn fail(&self) {
        // Release: as in `leave`.
        self.word.fetch_or(FAILED | LEFT, Ordering::Release);
    }

    /// Asks the audio thread to leave.
    pub(super) fn dismiss(&self) {
        // Relaxed: nothing else goes with it.
        self.word.fetch_or(DISMISSED, Ordering::Relaxed);
    }

    /// What the page waits for a change of, and has to look at before it looks at anything else.
    pub(super) fn seen(&self) -> u32 {
        self.word.load(Ordering::Acquire)
    }

    pub(super) fn has_left(&self) -> bool {
        self.seen() & LEFT != 0
    }

    pub(super) fn has_failed(&self) -> bool {
        self.seen() & FAILED != 0
    }

    #[cfg(target_feature = "atomics")]
    pub(super) fn word(&self) -> &AtomicU32 {
        &self.word
    }
}

/// A processor with all that it needs on the audio thread.
struct Renderer<P: Processor> {
    processor: P,
    block: Block,
    commands: Consumer<P::Command>,
    obeyed: Producer<P::Command>,
    events: Producer<P::Event>,
    sample_rate: f32,
}

impl<P: Processor> Render for Renderer<P> {
    fn render(&mut self, frame: u64) -> Rendered {
        let mut has_told = false;
        let mut host = Host {
            events: &mut self.events,
            has_told: &mut has_told,
            frame,
            sample_rate: self.sample_rate,
        };
        while let Ok(mut command) = self.commands.pop() {
            self.processor.command(&mut command, &mut host);
            if let Err(PushError::Full(command)) = self.obeyed.push(command) {
                // The page lets no more commands be on their way than there is room for.
                std::mem::forget(command);
            }
        }
        self.block.begin();
        let Block {
            inputs,
            params,
            outputs,
            ..
        } = &mut self.block;
        let goes_on = self.processor.process(inputs, outputs, params, &mut host);
        Rendered { goes_on, has_told }
    }
}

/// The page's ends of a unit's rings.
pub(super) struct Ends<P: Processor> {
    commands: Producer<P::Command>,
    obeyed: Consumer<P::Command>,
    events: Consumer<P::Event>,
    room: usize,
}

impl<P: Processor> Ends<P> {
    /// Sends a command, or gives it back if as many as there is room for have not been obeyed yet.
    pub(super) fn send(&mut self, command: P::Command) -> Result<(), P::Command> {
        if self.room == 0 {
            return Err(command);
        }
        self.commands
            .push(command)
            .map_err(|PushError::Full(command)| command)?;
        self.room -= 1;
        Ok(())
    }

    /// What the processor has left of a command that it has obeyed; there is room for another one then.
    pub(super) fn obeyed(&mut self) -> Option<P::Command> {
        let command = self.obeyed.pop().ok()?;
        self.room += 1;
        Some(command)
    }

    pub(super) fn event(&mut self) -> Option<P::Event> {
        self.events.pop().ok()
    }
}

/// Where the audio thread's JavaScript finds a unit and its samples.
pub(super) struct Addresses {
    pub(super) unit: usize,
    pub(super) samples: usize,
    pub(super) counts: usize,
}

/// Prepares a processor for the audio thread: its unit, and the page's ends of the rings, which have room for `room`
/// commands and as many events.
pub(super) fn prepare<P: Processor>(
    processor: P,
    shape: &Shape,
    sample_rate: f32,
    room: usize,
) -> (Arc<Unit>, Ends<P>, Addresses) {
    let (commands, their_commands) = RingBuffer::new(room);
    let (their_obeyed, obeyed) = RingBuffer::new(room);
    let (their_events, events) = RingBuffer::new(room);
    let block = Block::new(shape);
    let (samples, counts) = block.addresses();
    let renderer = Renderer {
        processor,
        block,
        commands: their_commands,
        obeyed: their_obeyed,
        events: their_events,
        sample_rate,
    };
    let unit = Arc::new(Unit::new(Box::new(renderer)));
    let addresses = Addresses {
        unit: Arc::as_ptr(&unit) as usize,
        samples,
        counts,
    };
    let ends = Ends {
        commands,
        obeyed,
        events,
        room,
    };
    (unit, ends, addresses)
}
