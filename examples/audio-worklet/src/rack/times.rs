//! How long things took: the mean, the median and the worst of the latest ones. Nothing here allocates.

/// So many times are looked at, at most.
pub(crate) const COUNT: usize = 384;

/// What some times were like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// Right even where the clock is too coarse for each of them.
    pub(crate) mean: f32,
    pub(crate) median: f32,
    pub(crate) worst: f32,
}

/// Collects times.
pub(crate) struct Times {
    times: [f32; COUNT],
    count: usize,
}

impl Times {
    pub(crate) fn new() -> Self {
        Times {
            times: [0.0; COUNT],
            count: 0,
        }
    }

    /// Takes a time, if there is room.
    pub(crate) fn note(&mut self, time: f32) {
        if !self.is_full() {
            self.times[self.count] = time;
            self.count += 1;
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.count == COUNT
    }

    /// What the times were like, if there were any. It begins anew.
    pub(crate) fn summary(&mut self) -> Option<Summary> {
        let times = &mut self.times[..self.count];
        self.count = 0;
        times.sort_unstable_by(f32::total_cmp);
        Some(Summary {
            mean: times.iter().sum::<f32>() / times.len() as f32,
            median: *times.get(times.len() / 2)?,
            worst: *times.last()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_mean_a_median_and_a_worst() {
        let mut times = Times::new();
        for time in [3.0, 9.0, 1.0, 2.0, 5.0] {
            times.note(time);
        }
        let expected = Summary {
            mean: 4.0,
            median: 3.0,
            worst: 9.0,
        };
        assert_eq!(times.summary(), Some(expected));
        assert_eq!(times.summary(), None);
    }

    #[test]
    fn what_finds_no_room_is_let_go() {
        let mut times = Times::new();
        for time in 0..2 * COUNT {
            assert_eq!(times.is_full(), time >= COUNT);
            times.note(time as f32);
        }
        assert_eq!(
            times.summary().map(|all| all.worst),
            Some((COUNT - 1) as f32)
        );
        assert!(!times.is_full());
    }
}
