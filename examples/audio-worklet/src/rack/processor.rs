//! The rack on the audio thread.

use wasm_cleave::audio::{Input, Output, Params, ProcessContext, ProcessStatus, Processor};

use super::Rack;
use super::command::{Command, Event};
use crate::clock;
use crate::dsp::BLOCK;

impl Processor for Rack {
    type Command = Command;
    type Event = Event;

    fn command(&mut self, command: &mut Command, _: &mut ProcessContext<'_, Event>) {
        self.obey(command);
    }

    fn process(
        &mut self,
        _: &[Input],
        outputs: &mut [Output],
        _: &Params,
        context: &mut ProcessContext<'_, Event>,
    ) -> ProcessStatus {
        let start = clock::now();
        let (left, right) = outputs[0].stereo_mut();
        let frames = left.len();
        if let Some(now) = start {
            for took in self.watch.settle(now) {
                self.note(frames, took);
            }
        }
        for (left, right) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)) {
            self.render(left, right);
        }
        // A block that begins and ends within a step of the clock takes no time for it, another one takes a whole step: on
        // average that is right.
        if let (Some(start), Some(end)) = (start, clock::now()) {
            self.watch.note(start, end);
        }
        if let Some(event) = self.report(frames) {
            // If the page is so far behind that there is no room, it can do without.
            let _ = context.emit(event);
        }
        ProcessStatus::KeepAlive
    }
}
