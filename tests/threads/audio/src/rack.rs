//! A processor that runs effects one behind the other, and does what its page commands.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use wasm_cleave::audio::{Input, Output, Params, ProcessContext, ProcessStatus, Processor};

use crate::effects::{Made, level};

/// Set by a rack that waits for a command in the middle of a block.
pub static WAITING: AtomicU32 = AtomicU32::new(0);

/// How long it waits at most, in looks.
const PATIENCE: u32 = 300_000_000;

pub enum Command {
    /// Put it behind the others.
    Add(Option<Made>),
    /// Take the first one out, and send it back.
    Remove(Option<Made>),
}

#[derive(Debug, PartialEq)]
pub enum Event {
    Added { frame: u64, now: usize },
    Level { frame: u64, level: Option<f32> },
    Waited(bool),
}

pub struct Rack {
    effects: Vec<Made>,
    /// At this frame it waits for an effect.
    pub waits_at: Option<u64>,
    /// How often it tells the level, in frames; 0 is never.
    pub tells_every: u64,
}

impl Rack {
    pub fn new() -> Self {
        Rack {
            effects: Vec::with_capacity(8),
            waits_at: None,
            tells_every: 0,
        }
    }

    pub fn with(effects: impl IntoIterator<Item = Made>) -> Self {
        let mut rack = Rack::new();
        rack.effects.extend(effects);
        rack
    }
}

/// An effect that comes by another way than a command: while the rack is in the middle of a block.
static BROUGHT: Mutex<Option<Made>> = Mutex::new(None);

/// Gives an effect to the rack that waits, which is not made to wait for the lock.
pub async fn bring(effect: Made) {
    loop {
        if let Ok(mut place) = BROUGHT.try_lock() {
            *place = Some(effect);
            return;
        }
        host::sleep(1).await;
    }
}

fn wait_for_effect() -> Option<Made> {
    WAITING.store(1, Ordering::Relaxed);
    (0..PATIENCE).find_map(|_| BROUGHT.try_lock().ok()?.take())
}

impl Processor for Rack {
    type Command = Command;
    type Event = Event;

    fn command(&mut self, command: &mut Command, context: &mut ProcessContext<'_, Event>) {
        match command {
            Command::Add(effect) => self.effects.extend(effect.take()),
            Command::Remove(place) if !self.effects.is_empty() => {
                *place = Some(self.effects.remove(0));
            }
            Command::Remove(_) => {}
        }
        let _ = context.emit(Event::Added {
            frame: context.frame(),
            now: self.effects.len(),
        });
    }

    fn process(
        &mut self,
        inputs: &[Input],
        outputs: &mut [Output],
        _: &Params,
        context: &mut ProcessContext<'_, Event>,
    ) -> ProcessStatus {
        if self.waits_at == Some(context.frame()) {
            let brought = wait_for_effect();
            let _ = context.emit(Event::Waited(brought.is_some()));
            self.effects.extend(brought);
        }
        let output = outputs[0].channel_mut(0);
        if let Some(input) = inputs.first()
            && input.channels() > 0
        {
            output.copy_from_slice(input.channel(0));
        }
        for effect in &mut self.effects {
            effect.render(output);
        }
        if self.tells_every > 0 && context.frame() % self.tells_every == 0 {
            let frame = context.frame();
            let level = level(output).try_now().ok();
            let _ = context.emit(Event::Level { frame, level });
        }
        ProcessStatus::KeepAlive
    }
}
