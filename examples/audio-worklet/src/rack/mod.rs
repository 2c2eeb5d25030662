//! The rack: a player and the effects that its sound goes through, as the audio thread runs them.

pub(crate) mod command;
mod player;
mod slots;
pub(crate) mod times;

pub(crate) use slots::SLOTS;

use crate::audio::{Events, Inputs, Outputs, Params, Processor};
use crate::clock;
use crate::dsp::BLOCK;
use crate::dsp::smooth::Smooth;
use command::{Command, Event};
use player::Player;
use slots::Slots;
use times::Times;

/// Frames from one event to the next: some 30 events in a second.
const REPORT: usize = 12 * BLOCK;

/// From this height on, the sound is bent instead of cut: the loudest that comes out is 1.
const CEILING: f32 = 0.8;

pub(crate) struct Rack {
    rate: f32,
    player: Player,
    slots: Slots,
    volume: Smooth,
    times: Times,
    late: u32,
    /// What the next event will say, and the frames until then.
    event: Event,
    frames_left: usize,
}

impl Rack {
    /// An empty one, for this many frames a second.
    pub(crate) fn new(rate: f32) -> Self {
        Rack {
            rate,
            player: Player::new(rate),
            slots: Slots::new(rate),
            volume: Smooth::new(1.0, 1.0, rate),
            times: Times::new(),
            late: 0,
            event: Event::default(),
            frames_left: REPORT,
        }
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.player.render(left, right);
        self.slots.process(left, right);
        let [mut most_left, mut most_right] = self.event.peaks;
        for (left, right) in left.iter_mut().zip(right) {
            let volume = self.volume.next();
            *left = bend(volume * *left);
            *right = bend(volume * *right);
            most_left = most_left.max(left.abs());
            most_right = most_right.max(right.abs());
        }
        self.event.peaks = [most_left, most_right];
    }

    /// Notes how long a block took, as a part of how long it plays.
    fn note(&mut self, part: f32) {
        self.late += u32::from(part > 1.0);
        let load = self.times.note(part);
        self.event.load = load.or(self.event.load);
    }

    /// The event, if it is time for one.
    fn report(&mut self, frames: usize) -> Option<Event> {
        self.frames_left = self.frames_left.saturating_sub(frames);
        if self.frames_left > 0 {
            return None;
        }
        self.frames_left = REPORT;
        let event = Event {
            position: self.player.position(),
            reductions: self.slots.reductions(),
            late: self.late,
            ..self.event
        };
        self.event = Event::default();
        Some(event)
    }
}

/// Leaves what is not loud as it is, and brings all that is louder between [`CEILING`] and 1.
fn bend(height: f32) -> f32 {
    let over = height.abs() - CEILING;
    if over <= 0.0 {
        return height;
    }
    let room = 1.0 - CEILING;
    (CEILING + room * over / (room + over)).copysign(height)
}

impl Processor for Rack {
    type Command = Command;
    type Event = Event;

    fn command(&mut self, command: &mut Command) {
        match command {
            Command::Add { id, effect } => self.slots.add(*id, effect),
            Command::Remove { id, effect } => *effect = self.slots.remove(*id),
            Command::Move { id, before } => self.slots.move_before(*id, *before),
            Command::Enable { id, is_on } => self.slots.enable(*id, *is_on),
            Command::Set {
                id,
                parameter,
                value,
            } => self.slots.set(*id, *parameter, *value),
            Command::Key { key, is_down } => self.slots.key(*key, *is_down),
            Command::Load(piece) => self.player.load(piece),
            Command::Play(is_playing) => self.player.play(*is_playing),
            Command::Seek(frame) => self.player.seek(*frame),
            Command::Volume(factor) => self.volume.set(factor.clamp(0.0, 1.0)),
        }
    }

    fn process(
        &mut self,
        _inputs: &Inputs,
        outputs: &mut Outputs,
        _params: &Params,
        events: &mut Events<Event>,
    ) -> bool {
        let start = clock::now();
        let mut sound = [[0.0; BLOCK]; 2];
        let frames = outputs[0].channel_mut(0).len().min(BLOCK);
        let [left, right] = sound.each_mut().map(|channel| &mut channel[..frames]);
        self.render(left, right);
        outputs[0].channel_mut(0)[..frames].copy_from_slice(left);
        outputs[0].channel_mut(1)[..frames].copy_from_slice(right);
        let budget = frames as f64 / f64::from(self.rate) * 1000.0;
        self.note(((clock::now() - start) / budget) as f32);
        if let Some(event) = self.report(frames) {
            // If the page is so far behind that there is no room, it can do without.
            let _ = events.emit(event);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_loud_is_bent_below_1_and_the_rest_left_alone() {
        assert_eq!(bend(0.5), 0.5);
        assert_eq!(bend(-0.8), -0.8);
        let mut last = 0.79;
        for tenth in 8..100 {
            let next = bend(tenth as f32 / 10.0);
            assert!(next > last && next < 1.0);
            assert_eq!(bend(-tenth as f32 / 10.0), -next);
            last = next;
        }
    }

    #[test]
    fn events_come_every_so_many_frames_with_the_peak_since_the_last() {
        let mut rack = Rack::new(48_000.0);
        rack.event.peaks = [0.5, 0.25];
        let blocks = REPORT / BLOCK;
        for block in 1..=2 * blocks {
            let event = rack.report(BLOCK);
            assert_eq!(event.is_some(), block % blocks == 0, "{block}");
            if let Some(event) = event {
                let expected = if block == blocks {
                    [0.5, 0.25]
                } else {
                    [0.0; 2]
                };
                assert_eq!(event.peaks, expected);
            }
        }
    }

    #[test]
    fn blocks_that_take_longer_than_they_play_are_late() {
        let mut rack = Rack::new(48_000.0);
        for part in [0.2, 1.5, 0.9, 3.0] {
            rack.note(part);
        }
        assert_eq!(rack.late, 2);
    }
}
