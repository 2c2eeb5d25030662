//! Data segments, and the intervals that data symbols form.
//!
//! Symbols overlap (the linker merges the tails of strings), nest, alias and leave holes. Where they overlap they
//! stand or fall together, so the unit is the interval:
//!
//! ```text
//!   symbols      |--- a ---|
//!                     |- b -|            |-- c --|
//!   bytes        ................................
//!   intervals    |--- 0 ---|    (hole)   |-- 1 --|
//! ```
//!
//! A hole has no owner and stays in main.

use std::ops::Range;

use crate::ids::Interval;

/// A data segment.
#[derive(Clone, Debug)]
pub(crate) struct Segment<'a> {
    /// Where it begins in memory; 0 for thread-local data, and for zeros that nobody copies.
    pub(crate) address: u32,
    /// What it holds.
    pub(crate) bytes: &'a [u8],
    /// Whether it is a thread's initial data, which stays whole in main.
    pub(crate) thread_local: bool,
    /// Whether code copies it, as where memory is shared, and not the instantiation.
    pub(crate) passive: bool,
}

/// All data.
#[derive(Clone, Debug, Default)]
pub(crate) struct DataMap<'a> {
    /// The segments, in order.
    pub(crate) segments: Vec<Segment<'a>>,
    /// The intervals in ascending order: segment and range of its bytes.
    pub(crate) intervals: Vec<(usize, Range<u32>)>,
    /// The interval of each data symbol, by symbol index.
    pub(crate) of_symbol: Vec<Option<Interval>>,
    /// Intervals that are exported or that the linker had to keep.
    pub(crate) retained: Vec<Interval>,
}

/// Where a symbol lies: segment, and range of its bytes.
pub(super) type Extent = (usize, Range<u32>);

impl<'a> DataMap<'a> {
    /// Forms the intervals of symbols, given by symbol index; what lies outside its segment is not looked at.
    pub(super) fn new(
        segments: Vec<Segment<'a>>,
        symbols: &[Option<Extent>],
        retained: &[usize],
    ) -> Self {
        let inside = |extent: &&Extent| {
            segments
                .get(extent.0)
                .is_some_and(|s| !s.thread_local && extent.1.end as usize <= s.bytes.len())
        };
        let mut extents: Vec<&Extent> = symbols.iter().flatten().filter(inside).collect();
        extents.retain(|extent| !extent.1.is_empty());
        extents.sort_by_key(|extent| (extent.0, extent.1.start, extent.1.end));
        let mut intervals: Vec<Extent> = Vec::new();
        for (segment, range) in extents {
            match intervals.last_mut() {
                Some((last, open)) if last == segment && range.start < open.end => {
                    open.end = open.end.max(range.end);
                }
                _ => intervals.push((*segment, range.clone())),
            }
        }
        let mut map = DataMap {
            segments,
            intervals,
            ..DataMap::default()
        };
        map.of_symbol = symbols
            .iter()
            .map(|extent| {
                let (segment, range) = extent.as_ref()?;
                map.interval_at(*segment, range.start)
            })
            .collect();
        map.retained = retained
            .iter()
            .filter_map(|&symbol| map.of_symbol[symbol])
            .collect();
        map
    }

    /// The interval that holds a byte of a segment.
    pub(crate) fn interval_at(&self, segment: usize, offset: u32) -> Option<Interval> {
        let after = self
            .intervals
            .partition_point(|(s, range)| (*s, range.start) <= (segment, offset));
        let position = after.checked_sub(1)?;
        let (found, range) = &self.intervals[position];
        (*found == segment && range.contains(&offset)).then(|| Interval::from_position(position))
    }

    /// The bytes of an interval and the address where they lie.
    pub(crate) fn bytes_of(&self, interval: Interval) -> (u32, &'a [u8]) {
        let (segment, range) = &self.intervals[interval.at()];
        let segment = &self.segments[*segment];
        (
            segment.address + range.start,
            &segment.bytes[range.start as usize..range.end as usize],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(symbols: &[Option<Extent>]) -> DataMap<'static> {
        let segments = vec![Segment {
            address: 1024,
            bytes: &[7; 40],
            thread_local: false,
            passive: false,
        }];
        DataMap::new(segments, symbols, &[])
    }

    #[test]
    fn overlapping_and_nested_symbols_are_one_interval() {
        let map = map(&[
            Some((0, 0..10)),
            Some((0, 8..12)),
            Some((0, 2..4)),
            Some((0, 12..20)),
        ]);
        assert_eq!(map.intervals, [(0, 0..12), (0, 12..20)]);
        let of: Vec<_> = map.of_symbol.iter().map(|i| i.map(|i| i.0)).collect();
        assert_eq!(of, [Some(0), Some(0), Some(0), Some(1)]);
    }

    #[test]
    fn an_empty_symbol_belongs_to_the_interval_around_it() {
        let map = map(&[
            Some((0, 4..8)),
            Some((0, 6..6)),
            Some((0, 8..8)),
            Some((3, 0..1)),
            None,
        ]);
        let of: Vec<_> = map.of_symbol.iter().map(|i| i.map(|i| i.0)).collect();
        assert_eq!(of, [Some(0), Some(0), None, None, None]);
    }

    #[test]
    fn a_symbol_past_the_data_has_no_interval() {
        let map = map(&[Some((0, 39..41))]);
        assert!(map.intervals.is_empty());
    }
}
