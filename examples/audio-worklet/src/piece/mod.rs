//! A piece of music in memory: what the player plays, and what the page draws of it.

pub(crate) mod decode;
mod resample;

/// Two channels of equal length, at the rate of the audio thread.
pub(crate) struct Piece {
    channels: [Vec<f32>; 2],
}

impl Piece {
    /// `None` if there is not a single frame, or the channels are not equally long.
    pub(crate) fn new(channels: [Vec<f32>; 2]) -> Option<Self> {
        let [left, right] = &channels;
        let fits = !left.is_empty() && left.len() == right.len();
        fits.then_some(Piece { channels })
    }

    /// How long it is.
    pub(crate) fn frames(&self) -> usize {
        self.channels[0].len()
    }

    /// Left and right at this frame.
    pub(crate) fn frame(&self, at: usize) -> [f32; 2] {
        [self.channels[0][at], self.channels[1][at]]
    }

    /// The loudest moment in each of `count` equal parts, from 0 to 1.
    pub(crate) fn outline(&self, count: usize) -> Vec<f32> {
        let frames = self.frames();
        let loudest = |part: usize| {
            let range = part * frames / count..((part + 1) * frames / count).min(frames);
            let channels = self.channels.iter();
            let all = channels.flat_map(|channel| &channel[range.clone()]);
            all.fold(0.0_f32, |most, frame| most.max(frame.abs()))
                .min(1.0)
        };
        (0..count).map(loudest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_have_to_be_there_and_equal() {
        assert!(Piece::new([vec![0.0], vec![0.0]]).is_some());
        assert!(Piece::new([vec![], vec![]]).is_none());
        assert!(Piece::new([vec![0.0], vec![]]).is_none());
    }

    #[test]
    fn the_outline_shows_the_loudest_of_both_channels() {
        let piece = Piece::new([vec![0.1, -0.4, 0.0, 0.2], vec![0.3, 0.0, -2.0, 0.0]]).unwrap();
        assert_eq!(piece.outline(2), [0.4, 1.0]);
        assert_eq!(piece.outline(8)[1], 0.3);
    }
}
