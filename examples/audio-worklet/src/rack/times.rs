//! How long blocks took to compute: the worst and the median of the latest ones. Nothing here allocates.

/// So many blocks are looked at: about a second.
const BLOCKS: usize = 384;

/// The times of a second, as parts of the time that a block plays.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Load {
    pub(crate) median: f32,
    pub(crate) worst: f32,
}

/// Collects times until there is a second of them.
pub(crate) struct Times {
    parts: [f32; BLOCKS],
    count: usize,
}

impl Times {
    pub(crate) fn new() -> Self {
        Times {
            parts: [0.0; BLOCKS],
            count: 0,
        }
    }

    /// Takes the time of a block. With the last block of a second it gives what that second was like.
    pub(crate) fn note(&mut self, part: f32) -> Option<Load> {
        self.parts[self.count] = part;
        self.count += 1;
        if self.count < BLOCKS {
            return None;
        }
        self.count = 0;
        self.parts.sort_unstable_by(f32::total_cmp);
        Some(Load {
            median: self.parts[BLOCKS / 2],
            worst: self.parts[BLOCKS - 1],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_a_median_and_a_worst() {
        let mut times = Times::new();
        let loads = (0..BLOCKS).map(|at| times.note((at * 37 % BLOCKS) as f32));
        let loads: Vec<Option<Load>> = loads.collect();
        assert!(loads[..BLOCKS - 1].iter().all(Option::is_none));
        let expected = Load {
            median: (BLOCKS / 2) as f32,
            worst: (BLOCKS - 1) as f32,
        };
        assert_eq!(loads[BLOCKS - 1], Some(expected));
        assert_eq!(times.note(0.5), None);
    }
}
