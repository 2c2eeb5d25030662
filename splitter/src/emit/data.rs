//! Cuts data into the pieces that a module writes: its own bytes, without long runs of zeros.
//!
//! Memory begins as zeros, and nobody writes bytes of another module, so zeros need not be carried. A piece costs some
//! bytes itself, so short runs of zeros inside an owner's bytes stay. Of a sparse table every run would be worth
//! cutting, and there would be more pieces than engines accept; so there the longest runs are cut, and the rest are
//! carried, since zeros compress to next to nothing.

use crate::ids::Interval;
use crate::plan::LinkPlan;
use crate::read::{DataMap, Segment};

/// A run of zeros of this length costs more than beginning a new piece.
const WORTH_CUTTING: usize = 12;

/// How many pieces a module has, as long as that depends on which zeros are cut. Engines accept 100,000 segments in
/// main; a chunk writes its pieces by one function, of 17 bytes for each at the most.
const MOST_PIECES: usize = 10_000;

/// Bytes with the address where they belong.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) address: u32,
    pub(super) bytes: &'a [u8],
}

/// The pieces of a chunk: intervals that touch are one run of bytes.
pub(super) fn of_chunk<'a>(data: &DataMap<'a>, intervals: &[Interval]) -> Vec<Piece<'a>> {
    let extents = intervals
        .iter()
        .map(|interval| &data.intervals[interval.at()]);
    let extents: Vec<_> = extents.collect();
    let touching = extents.chunk_by(|one, next| one.0 == next.0 && one.1.end == next.1.start);
    let runs = touching.map(|touching| {
        let (segment, first) = touching[0];
        let last = &touching[touching.len() - 1].1;
        let segment = &data.segments[*segment];
        Piece {
            address: segment.address + first.start,
            bytes: &segment.bytes[first.start as usize..last.end as usize],
        }
    });
    let runs: Vec<Piece> = runs.collect();
    let shortest = shortest_cut(&runs);
    let mut pieces = Vec::new();
    for run in runs {
        cut(run, shortest, &mut pieces);
    }
    pieces
}

/// The bytes of a segment that main writes: zeros where another module owns them.
pub(super) fn image_of_main(plan: &LinkPlan, position: usize, segment: &Segment) -> Vec<u8> {
    let mut image = segment.bytes.to_vec();
    let foreign = plan.chunks().iter().flat_map(|chunk| &chunk.intervals);
    for interval in foreign {
        let (of, range) = &plan.input.data.intervals[interval.at()];
        if *of == position {
            image[range.start as usize..range.end as usize].fill(0);
        }
    }
    image
}

/// The length from which on runs of zeros are cut out of these bytes.
pub(super) fn shortest_cut(runs: &[Piece]) -> usize {
    let mut gaps: Vec<usize> = runs.iter().flat_map(|run| gaps(run.bytes)).collect();
    let allowed = MOST_PIECES.saturating_sub(runs.len());
    if gaps.len() <= allowed {
        return WORTH_CUTTING;
    }
    let (_, longest_that_stays, _) = gaps.select_nth_unstable_by(allowed, |a, b| b.cmp(a));
    *longest_that_stays + 1
}

/// The lengths of the runs of zeros between other bytes that are worth cutting.
fn gaps(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let first = bytes.iter().position(|&byte| byte != 0);
    let last = bytes.iter().rposition(|&byte| byte != 0);
    let inner = first
        .zip(last)
        .map_or(&[][..], |(first, last)| &bytes[first..=last]);
    let zeros = runs(inner).filter(|run| run[0] == 0);
    zeros
        .map(<[u8]>::len)
        .filter(|&length| length >= WORTH_CUTTING)
}

/// The runs of zeros and of other bytes, in turn.
fn runs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.chunk_by(|&one, &next| (one == 0) == (next == 0))
}

/// Cuts bytes at runs of zeros of at least that length; zeros at both ends are left out in any case.
pub(super) fn cut<'a>(whole: Piece<'a>, shortest: usize, pieces: &mut Vec<Piece<'a>>) {
    let mut piece: Option<std::ops::Range<usize>> = None;
    let mut done = |piece: Option<std::ops::Range<usize>>| {
        pieces.extend(piece.map(|range| Piece {
            address: whole.address + range.start as u32,
            bytes: &whole.bytes[range],
        }));
    };
    let mut end = 0;
    for run in runs(whole.bytes) {
        let start = end;
        end += run.len();
        if run[0] != 0 {
            piece = Some(piece.map_or(start, |piece| piece.start)..end);
        } else if run.len() >= shortest {
            done(piece.take());
        }
    }
    done(piece);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let whole = Piece {
            address: 100,
            bytes,
        };
        let mut pieces = Vec::new();
        cut(whole, shortest_cut(&[whole]), &mut pieces);
        pieces
            .iter()
            .map(|piece| (piece.address, piece.bytes.to_vec()))
            .collect()
    }

    #[test]
    fn zeros_are_nobodys() {
        assert!(cuts(&[0; 100]).is_empty());
        assert_eq!(cuts(&[0, 0, 7, 0, 8, 0]), [(102, vec![7, 0, 8])]);
    }

    #[test]
    fn a_long_run_of_zeros_begins_a_new_piece() {
        let mut bytes = vec![1; 3];
        bytes.extend([0; WORTH_CUTTING]);
        bytes.extend([2; 2]);
        assert_eq!(cuts(&bytes), [(100, vec![1; 3]), (115, vec![2; 2])]);
    }

    #[test]
    fn a_sparse_table_has_a_limited_number_of_pieces() {
        let sparse = |rows: usize| {
            [[9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]; 2 * MOST_PIECES][..rows]
                .as_flattened()
                .to_vec()
        };
        assert_eq!(cuts(&sparse(MOST_PIECES)).len(), MOST_PIECES);
        let rows = MOST_PIECES + 1;
        assert_eq!(
            cuts(&sparse(rows)),
            [(100, sparse(rows)[..rows * 16 - 15].to_vec())]
        );
    }

    #[test]
    fn the_longest_runs_of_zeros_are_cut_where_there_are_too_many() {
        let mut bytes = Vec::new();
        for row in 0..2 * MOST_PIECES {
            bytes.push(1);
            bytes.extend(vec![0; if row % 4 == 0 { 30 } else { 20 }]);
        }
        let pieces = cuts(&bytes);
        assert_eq!(pieces.len(), MOST_PIECES / 2 + 1);
        assert_eq!(pieces[1].1.len(), 4 + 3 * 20);
        let carried: usize = pieces.iter().map(|piece| piece.1.len()).sum();
        assert!(carried < bytes.len());
    }
}
