//! The processor: a chain of effects, and what it notes of the times of its blocks.

use std::sync::atomic::{AtomicBool, Ordering};

use wasm_cleave::audio::{Input, Node, Output, Params, ProcessContext, ProcessStatus, Processor};

use crate::clock;
use crate::effects::Made;

/// A block is late when it comes this much later than the one before it, in microseconds: more than the buffers of an
/// output device hold as a rule. Several blocks come at once, then none for as long as they last.
const LATE: u32 = 25_000;

pub enum Command {
    Add(Option<Made>),
    /// Tell what was noted, and begin anew.
    Tell,
}

/// Times in microseconds.
#[derive(Clone, Copy, Default)]
pub struct Times {
    pub blocks: u32,
    pub longest_gap: u32,
    pub late: u32,
    pub effects: u32,
}

pub struct Rack {
    effects: Vec<Made>,
    times: Times,
    last: Option<u32>,
    phase: f32,
}

impl Rack {
    pub fn new() -> Self {
        Rack {
            effects: Vec::with_capacity(32),
            times: Times::default(),
            last: None,
            phase: 0.0,
        }
    }

    fn note(&mut self) {
        let now = clock::now();
        if let Some(last) = self.last {
            let gap = now.wrapping_sub(last);
            self.times.longest_gap = self.times.longest_gap.max(gap);
            self.times.late += u32::from(gap > LATE);
        }
        self.last = Some(now);
        self.times.blocks += 1;
    }
}

/// Whether the rack came back from the audio thread, and was dropped.
pub static DROPPED: AtomicBool = AtomicBool::new(false);

impl Drop for Rack {
    fn drop(&mut self) {
        DROPPED.store(true, Ordering::Relaxed);
    }
}

impl Processor for Rack {
    type Command = Command;
    type Event = Times;

    fn command(&mut self, command: &mut Command, context: &mut ProcessContext<'_, Times>) {
        match command {
            Command::Add(effect) => self.effects.extend(effect.take()),
            Command::Tell => {
                let effects = self.effects.len() as u32;
                let _ = context.emit(Times {
                    effects,
                    ..self.times
                });
                self.times = Times::default();
            }
        }
    }

    fn process(
        &mut self,
        _: &[Input],
        outputs: &mut [Output],
        _: &Params,
        context: &mut ProcessContext<'_, Times>,
    ) -> ProcessStatus {
        self.note();
        let samples = outputs[0].channel_mut(0);
        for sample in samples.iter_mut() {
            self.phase = (self.phase + 110.0 / context.sample_rate()).fract();
            *sample = (self.phase - 0.5) * 0.1;
        }
        for effect in &mut self.effects {
            effect.render(samples);
        }
        ProcessStatus::KeepAlive
    }
}

/// Asks a rack for its times since it was last asked.
pub async fn times(node: &Node<Rack>) -> Times {
    host::check!(node.send(Command::Tell).is_ok());
    node.event().await.unwrap_or_default()
}
