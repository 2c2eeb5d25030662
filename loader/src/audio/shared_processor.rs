//! One running processor, as the page and the audio thread share it, and which of them may touch what when.
//!
//! The page makes a [`SharedProcessor`] and sends its address to the audio thread. From then on the [renderer](Render) in it
//! belongs to the audio thread, until [`LEFT`] is set: after that the audio thread does not touch it any more, and the page
//! drops it. The audio thread sets `LEFT` at the end of its last call; if the engine reports that there will be no further
//! call, the page sets it instead. Commands, events, and handled commands travel in rings with one producer and one consumer
//! each. No side waits for the other.

use std::cell::UnsafeCell;
use std::sync::Arc;

use rtrb::{Consumer, Producer, PushError, RingBuffer};

use super::block::{Block, Shape};
use super::process_context::ProcessContext;
use super::processor::{ProcessStatus, Processor};
use crate::protocol::sync::{AtomicU32, Ordering};

/// Bit of the word: the page has dropped the node, and the audio thread will see that.
const DISMISSED: u32 = 1;
/// Bit of the word: the audio thread will not touch the shared processor any more.
const LEFT: u32 = 2;
/// Bit of the word: the processor has panicked, or thrown.
const FAILED: u32 = 4;
/// What the word grows by with every block that has emitted events.
const EMITTED: u32 = 8;

/// Renders one block.
pub(super) trait Render: Send {
    fn render(&mut self, frame: u64) -> Rendered;
}

/// The result of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rendered {
    /// Whether there will be another one.
    pub(super) goes_on: bool,
    /// Whether there is a new event.
    pub(super) has_emitted: bool,
}

pub(super) struct SharedProcessor {
    /// The bits above, and a count. All that changes is in one word, because the page may drop all of it as soon as it
    /// sees `LEFT`: the audio thread must have nothing left to write then.
    word: AtomicU32,
    renderer: UnsafeCell<Box<dyn Render>>,
}

// SAFETY: the renderer is touched by the audio thread only, as long as it has not left; see the top of this file.
unsafe impl Sync for SharedProcessor {}
// SAFETY: renderers are `Send`.
unsafe impl Send for SharedProcessor {}

impl SharedProcessor {
    pub(super) fn new(renderer: Box<dyn Render>) -> Self {
        SharedProcessor {
            word: AtomicU32::new(0),
            renderer: UnsafeCell::new(renderer),
        }
    }

    /// Renders one block on the audio thread.
    ///
    /// # Safety
    /// To be called by one thread only, and not any more once there will be no further block: then `self` may be gone when this
    /// returns.
    pub(super) unsafe fn render(&self, frame: u64) -> Rendered {
        const OVER: Rendered = Rendered {
            goes_on: false,
            has_emitted: true,
        };
        // Relaxed: the message that brought the address makes visible what the page wrote before.
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
        if rendered.has_emitted {
            // Release: pairs with the acquire of `seen`.
            self.word.fetch_add(EMITTED, Ordering::Release);
        }
        rendered
    }

    /// Notes that the audio thread will not touch it any more.
    pub(super) fn leave(&self) {
        // Release: the page may drop what the audio thread wrote once it sees this.
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
    handled: Producer<P::Command>,
    events: Producer<P::Event>,
    sample_rate: f32,
}

impl<P: Processor> Render for Renderer<P> {
    fn render(&mut self, frame: u64) -> Rendered {
        let mut has_emitted = false;
        let mut context = ProcessContext {
            events: &mut self.events,
            has_emitted: &mut has_emitted,
            frame,
            sample_rate: self.sample_rate,
        };
        while let Ok(mut command) = self.commands.pop() {
            self.processor.command(&mut command, &mut context);
            if let Err(PushError::Full(command)) = self.handled.push(command) {
                // The page sends no more commands than the ring holds.
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
        let status = self
            .processor
            .process(inputs, outputs, params, &mut context);
        let goes_on = status == ProcessStatus::KeepAlive;
        Rendered {
            goes_on,
            has_emitted,
        }
    }
}

/// The page's ends of the rings.
pub(super) struct PageQueues<P: Processor> {
    commands: Producer<P::Command>,
    handled: Consumer<P::Command>,
    events: Consumer<P::Event>,
    /// How many commands may be sent before one is handled.
    free: usize,
}

impl<P: Processor> PageQueues<P> {
    /// Sends a command, or returns it if the queue is full.
    pub(super) fn send(&mut self, command: P::Command) -> Result<(), P::Command> {
        if self.free == 0 {
            return Err(command);
        }
        self.commands
            .push(command)
            .map_err(|PushError::Full(command)| command)?;
        self.free -= 1;
        Ok(())
    }

    /// What the processor has left of a command that it has handled, which makes room for another one.
    pub(super) fn handled(&mut self) -> Option<P::Command> {
        let command = self.handled.pop().ok()?;
        self.free += 1;
        Some(command)
    }

    pub(super) fn event(&mut self) -> Option<P::Event> {
        self.events.pop().ok()
    }
}

/// Where the audio thread's JavaScript finds a processor and its samples.
pub(super) struct Addresses {
    pub(super) processor: usize,
    pub(super) samples: usize,
    pub(super) counts: usize,
}

/// Prepares a processor for the audio thread. The queues hold `capacity` commands and as many events.
pub(super) fn prepare<P: Processor>(
    processor: P,
    shape: &Shape,
    sample_rate: f32,
    capacity: usize,
) -> (Arc<SharedProcessor>, PageQueues<P>, Addresses) {
    let (commands, their_commands) = RingBuffer::new(capacity);
    let (their_handled, handled) = RingBuffer::new(capacity);
    let (their_events, events) = RingBuffer::new(capacity);
    let block = Block::new(shape);
    let (samples, counts) = block.addresses();
    let renderer = Renderer {
        processor,
        block,
        commands: their_commands,
        handled: their_handled,
        events: their_events,
        sample_rate,
    };
    let shared = Arc::new(SharedProcessor::new(Box::new(renderer)));
    let addresses = Addresses {
        processor: Arc::as_ptr(&shared) as usize,
        samples,
        counts,
    };
    let queues = PageQueues {
        commands,
        handled,
        events,
        free: capacity,
    };
    (shared, queues, addresses)
}
