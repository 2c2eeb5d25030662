//! Which times count, of those that were taken with a clock that may stand still: only later can be seen whether it did.

/// As many blocks may be over before the clock goes on. More are let go.
const ROOM: usize = 32;

/// What the clock says at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    /// In microseconds.
    pub(crate) time: u32,
    /// How often the clock has stood still so far.
    pub(crate) stalls: u32,
}

/// Takes times, and keeps them back until the clock has gone on. Nothing here allocates.
pub(crate) struct Watch {
    kept: [u32; ROOM],
    count: usize,
    last: Moment,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Watch {
            kept: [0; ROOM],
            count: 0,
            last: Moment::default(),
        }
    }

    /// Takes the time of a block.
    pub(crate) fn note(&mut self, start: Moment, end: Moment) {
        if start.stalls == end.stalls && self.count < ROOM {
            self.kept[self.count] = end.time.wrapping_sub(start.time);
            self.count += 1;
        }
        self.last = end;
    }

    /// Gives the times that count, in microseconds, if that can be told now.
    pub(crate) fn settle(&mut self, now: Moment) -> impl Iterator<Item = u32> + use<> {
        let mut count = 0;
        if now.time != self.last.time {
            let has_stalled = now.stalls != self.last.stalls;
            count = if has_stalled { 0 } else { self.count };
            self.count = 0;
        }
        self.kept.into_iter().take(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: u32, stalls: u32) -> Moment {
        Moment { time, stalls }
    }

    fn settled(watch: &mut Watch, now: Moment) -> Vec<u32> {
        watch.settle(now).collect()
    }

    #[test]
    fn times_are_kept_back_until_the_clock_goes_on() {
        let mut watch = Watch::new();
        watch.note(at(100, 0), at(300, 0));
        assert_eq!(settled(&mut watch, at(300, 0)), []);
        watch.note(at(300, 0), at(300, 0));
        assert_eq!(settled(&mut watch, at(400, 0)), [200, 0]);
        assert_eq!(settled(&mut watch, at(500, 0)), []);
    }

    #[test]
    fn times_of_a_clock_that_stood_still_do_not_count() {
        let mut watch = Watch::new();
        watch.note(at(100, 0), at(100, 0));
        assert_eq!(settled(&mut watch, at(900, 1)), []);
        watch.note(at(900, 1), at(1700, 2));
        assert_eq!(settled(&mut watch, at(1800, 2)), []);
        watch.note(at(1800, 2), at(1900, 2));
        assert_eq!(settled(&mut watch, at(2000, 2)), [100]);
    }

    #[test]
    fn what_finds_no_room_is_let_go() {
        let mut watch = Watch::new();
        for _ in 0..2 * ROOM {
            watch.note(at(7, 0), at(7, 0));
        }
        assert_eq!(settled(&mut watch, at(8, 0)).len(), ROOM);
    }
}
