//! A rhythm for what is too dear to compute for every frame. It counts frames, not blocks: how long the blocks are
//! makes no difference to the sound.

use std::ops::Range;

/// Frames from one computation to the next.
pub(crate) const STEP: usize = 32;

/// How far it is to the next computation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    left: usize,
}

/// Some frames of a block.
pub(crate) struct Piece {
    pub(crate) frames: Range<usize>,
    /// Whether it is time to compute before these.
    pub(crate) is_due: bool,
}

impl Grid {
    /// The piece of a block of `length` frames that begins at `start`; none at its end.
    pub(crate) fn piece(&mut self, start: usize, length: usize) -> Option<Piece> {
        if start >= length {
            return None;
        }
        let is_due = self.left == 0;
        if is_due {
            self.left = STEP;
        }
        let end = length.min(start + self.left);
        self.left -= end - start;
        Some(Piece {
            frames: start..end,
            is_due,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(lengths: &[usize]) -> Vec<usize> {
        let mut grid = Grid::default();
        let (mut before, mut due) = (0, Vec::new());
        for &length in lengths {
            let mut at = 0;
            while let Some(piece) = grid.piece(at, length) {
                if piece.is_due {
                    due.push(before + at);
                }
                at = piece.frames.end;
            }
            assert_eq!(at, length);
            before += length;
        }
        due
    }

    #[test]
    fn the_rhythm_does_not_depend_on_blocks() {
        let expected = [0, 32, 64, 96];
        for lengths in [&[128][..], &[1, 31, 33, 63], &[100, 28]] {
            assert_eq!(due(lengths), expected, "{lengths:?}");
        }
    }
}
