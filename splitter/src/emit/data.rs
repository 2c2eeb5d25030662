//! Cuts data into the pieces that a module writes: its own bytes, without long runs of zeros.
//!
//! Memory begins as zeros, and nobody writes bytes of another module, so zeros need not be carried. A piece costs some
//! bytes itself, so short runs of zeros inside an owner's bytes stay.

use crate::ids::Interval;
use crate::plan::{LinkPlan, ModulePlan};
use crate::read::{DataMap, Segment};

/// A run of zeros of this length costs more than beginning a new piece.
const WORTH_CUTTING: usize = 12;

/// Bytes with the address where they belong.
pub(super) struct Piece<'a> {
    pub(super) address: u32,
    pub(super) bytes: &'a [u8],
}

/// The pieces of a chunk: intervals that touch are one piece.
pub(super) fn of_chunk<'a>(data: &DataMap<'a>, intervals: &[Interval]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut rest = intervals;
    while let [first, ..] = rest {
        let (segment, range) = &data.intervals[first.at()];
        let mut end = range.end;
        let mut taken = 1;
        while let Some(next) = rest.get(taken) {
            let (next_segment, next_range) = &data.intervals[next.at()];
            if next_segment != segment || next_range.start != end {
                break;
            }
            end = next_range.end;
            taken += 1;
        }
        let segment = &data.segments[*segment];
        cut(
            segment.address + range.start,
            &segment.bytes[range.start as usize..end as usize],
            &mut pieces,
        );
        rest = &rest[taken..];
    }
    pieces
}

/// The bytes of a segment that main writes: zeros where another module owns them.
pub(super) fn image_of_main(plan: &LinkPlan, position: usize, segment: &Segment) -> Vec<u8> {
    let mut image = segment.bytes.to_vec();
    let foreign = plan
        .modules
        .iter()
        .skip(1)
        .flat_map(|module: &ModulePlan| &module.intervals);
    for interval in foreign {
        let (of, range) = &plan.input.data.intervals[interval.at()];
        if *of == position {
            image[range.start as usize..range.end as usize].fill(0);
        }
    }
    image
}

/// Cuts bytes at long runs of zeros.
pub(super) fn cut<'a>(address: u32, bytes: &'a [u8], pieces: &mut Vec<Piece<'a>>) {
    let mut position = 0;
    while let Some(skipped) = bytes[position..].iter().position(|&byte| byte != 0) {
        let start = position + skipped;
        let mut end = start;
        let mut zeros = 0;
        for (offset, &byte) in bytes[start..].iter().enumerate() {
            if byte != 0 {
                end = start + offset + 1;
                zeros = 0;
                continue;
            }
            zeros += 1;
            if zeros == WORTH_CUTTING {
                break;
            }
        }
        pieces.push(Piece {
            address: address + start as u32,
            bytes: &bytes[start..end],
        });
        position = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let mut pieces = Vec::new();
        cut(100, bytes, &mut pieces);
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
}
