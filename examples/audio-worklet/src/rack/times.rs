//! How long things took: the mean, the median and the worst of the latest ones. Nothing here allocates.

/// So many times are looked at. As many blocks play for about a second.
const COUNT: usize = 384;

/// What some times were like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// Right even where the clock is too coarse for each of them.
    pub(crate) mean: f32,
    pub(crate) median: f32,
    pub(crate) worst: f32,
}

/// Collects times until there are enough of them.
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

    /// Takes a time. With the last of [`COUNT`] it gives what they were like.
    pub(crate) fn note(&mut self, time: f32) -> Option<Summary> {
        self.times[self.count] = time;
        self.count += 1;
        if self.count < COUNT {
            return None;
        }
        self.count = 0;
        self.times.sort_unstable_by(f32::total_cmp);
        Some(Summary {
            mean: self.times.iter().sum::<f32>() / COUNT as f32,
            median: self.times[COUNT / 2],
            worst: self.times[COUNT - 1],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_times_have_a_mean_a_median_and_a_worst() {
        let mut times = Times::new();
        let summaries = (0..COUNT).map(|at| times.note((at * 37 % COUNT) as f32));
        let summaries: Vec<Option<Summary>> = summaries.collect();
        assert!(summaries[..COUNT - 1].iter().all(Option::is_none));
        let expected = Summary {
            mean: (COUNT - 1) as f32 / 2.0,
            median: (COUNT / 2) as f32,
            worst: (COUNT - 1) as f32,
        };
        assert_eq!(summaries[COUNT - 1], Some(expected));
        assert_eq!(times.note(0.5), None);
    }
}
