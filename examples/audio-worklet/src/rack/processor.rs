//! The rack on the audio thread.

use wasm_cleave::audio::{Host, Input, Output, Params, Processor};

use super::Rack;
use super::command::{Command, Event};
use crate::clock;
use crate::dsp::BLOCK;

impl Processor for Rack {
    type Command = Command;
    type Event = Event;

    fn command(&mut self, command: &mut Command, _: &mut Host<'_, Event>) {
        self.obey(command);
    }

    fn process(
        &mut self,
        _: &[Input],
        outputs: &mut [Output],
        _: &Params,
        host: &mut Host<'_, Event>,
    ) -> bool {
        // If the clock has not moved since the block before, or does not move now, it stands still for want of a core,
        // and this block cannot be measured.
        let start = clock::now().filter(|&now| now != self.last_end);
        let (left, right) = outputs[0].stereo_mut();
        let frames = left.len();
        for (left, right) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)) {
            self.render(left, right);
        }
        let end = clock::now();
        self.last_end = end.unwrap_or(self.last_end);
        if let (Some(start), Some(end)) = (start, end)
            && start != end
        {
            self.note(frames, end.wrapping_sub(start));
        }
        if let Some(event) = self.report(frames) {
            // If the page is so far behind that there is no room, it can do without.
            let _ = host.emit(event);
        }
        true
    }
}
