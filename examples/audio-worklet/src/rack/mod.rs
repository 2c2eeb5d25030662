//! The rack: a player, and the effects that its sound goes through.

pub(crate) mod command;
mod player;
#[cfg(target_feature = "atomics")]
mod processor;
mod slots;
pub(crate) mod times;
pub(crate) mod watch;

pub(crate) use slots::SLOTS;

use crate::dsp::BLOCK;
use crate::dsp::smooth::Smooth;
use command::{Command, Event};
use player::Player;
use slots::Slots;
use times::Times;
use watch::Watch;

/// Frames from one event to the next: some 30 events in a second.
const REPORT: usize = 12 * BLOCK;

/// Events from one that tells how long blocks took to the next, a second or so later.
const LOAD: u32 = (times::COUNT * BLOCK / REPORT) as u32;

/// From this height on, the sound is bent instead of cut: the loudest that comes out is 1.
const CEILING: f32 = 0.8;

pub(crate) struct Rack {
    rate: f32,
    player: Player,
    slots: Slots,
    volume: Smooth,
    watch: Watch,
    times: Times,
    late: u32,
    /// What the next event will say, and the frames until then.
    event: Event,
    frames_left: usize,
    /// Events so far.
    events: u32,
}

impl Rack {
    /// An empty one, for this many frames a second.
    pub(crate) fn new(rate: f32) -> Self {
        Rack {
            rate,
            player: Player::new(rate),
            slots: Slots::new(rate),
            volume: Smooth::new(1.0, 1.0, rate),
            watch: Watch::new(),
            times: Times::new(),
            late: 0,
            event: Event::default(),
            frames_left: REPORT,
            events: 0,
        }
    }

    /// Does what a command says. What it takes out of its place is in the command afterwards.
    fn obey(&mut self, command: &mut Command) {
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

    /// Renders up to [`BLOCK`] frames.
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

    /// Notes how long `frames` took to compute, in microseconds.
    fn note(&mut self, frames: usize, took: u32) {
        let part = took as f32 * self.rate / (frames as f32 * 1e6);
        self.late += u32::from(part > 1.0);
        self.times.note(part);
    }

    /// The event, if it is time for one.
    fn report(&mut self, frames: usize) -> Option<Event> {
        self.frames_left = self.frames_left.saturating_sub(frames);
        if self.frames_left > 0 {
            return None;
        }
        self.frames_left = REPORT;
        self.events = self.events.wrapping_add(1);
        let is_due = self.events.is_multiple_of(LOAD);
        let event = Event {
            position: self.player.position(),
            reductions: self.slots.reductions(),
            late: self.late,
            load: is_due.then(|| self.times.summary()).flatten(),
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

    /// A piece that is silent but for one loud frame, through a reverb that is put in while it plays.
    #[test]
    fn a_rack_obeys_while_it_plays() {
        let mut rack = Rack::new(48_000.0);
        let mut click = vec![0.0; 48_000];
        click[20_000] = 1.0;
        let piece = crate::piece::Piece::new([click.clone(), click]).map(Box::new);
        rack.obey(&mut Command::Load(piece));
        rack.obey(&mut Command::Play(true));
        let render = |rack: &mut Rack, blocks: usize| {
            let mut loudest = 0.0_f32;
            for _ in 0..blocks {
                let [mut left, mut right] = [[0.0; BLOCK]; 2];
                rack.render(&mut left, &mut right);
                loudest = left
                    .iter()
                    .fold(loudest, |most, frame| most.max(frame.abs()));
            }
            loudest
        };
        assert_eq!(render(&mut rack, 100), 0.0);
        let id = command::Id(0);
        let effect = crate::effects::reverb::reverb(48_000.0).wait().ok();
        rack.obey(&mut Command::Add { id, effect });
        assert!(render(&mut rack, 100) > 0.3);
        assert!(render(&mut rack, 100) > 1e-3, "the room still answers");
        let mut remove = Command::Remove { id, effect: None };
        rack.obey(&mut remove);
        assert!(matches!(
            remove,
            Command::Remove {
                effect: Some(_),
                ..
            }
        ));
        assert_eq!(render(&mut rack, 50), 0.0);
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
    fn every_second_has_the_times_of_its_blocks() {
        let mut rack = Rack::new(48_000.0);
        for second in 1..4 {
            let mut loads = Vec::new();
            for _ in 0..times::COUNT {
                rack.note(BLOCK, 1000 * second);
                loads.extend(rack.report(BLOCK).map(|event| event.load));
            }
            let last = loads.pop().flatten().map(|load| load.worst);
            assert_eq!(last, Some(second as f32 * 48.0 / BLOCK as f32));
            assert!(loads.iter().all(Option::is_none));
        }
    }

    #[test]
    fn blocks_that_take_longer_than_they_play_are_late() {
        let mut rack = Rack::new(48_000.0);
        for took in [400, 2700, 2600, 9000] {
            rack.note(BLOCK, took);
        }
        assert_eq!(rack.late, 2);
    }
}
