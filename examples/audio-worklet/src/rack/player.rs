//! What plays the piece, in a loop. It starts, stops and jumps by a short slide to silence, so that nothing clicks.

use crate::dsp::smooth::Smooth;
use crate::piece::Piece;

pub(crate) struct Player {
    piece: Option<Box<Piece>>,
    /// The frame that is played next.
    at: usize,
    /// Where to go on, once it is silent.
    jump: Option<usize>,
    is_playing: bool,
    level: Smooth,
}

impl Player {
    pub(crate) fn new(rate: f32) -> Self {
        Player {
            piece: None,
            at: 0,
            jump: None,
            is_playing: false,
            level: Smooth::new(0.0, 1.0, rate),
        }
    }

    /// Takes another piece, from its beginning, and leaves the one it had in its place.
    pub(crate) fn load(&mut self, piece: &mut Option<Box<Piece>>) {
        std::mem::swap(&mut self.piece, piece);
        self.at = 0;
        self.jump = None;
    }

    pub(crate) fn play(&mut self, is_playing: bool) {
        self.is_playing = is_playing;
    }

    /// Goes on at another frame.
    pub(crate) fn seek(&mut self, frame: usize) {
        let last = self.piece.as_ref().map_or(0, |piece| piece.frames() - 1);
        self.jump = Some(frame.min(last));
    }

    pub(crate) fn position(&self) -> usize {
        self.jump.unwrap_or(self.at)
    }

    /// Writes a block, over what is there.
    pub(crate) fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (left, right) in left.iter_mut().zip(right) {
            [*left, *right] = self.next();
        }
    }

    fn next(&mut self) -> [f32; 2] {
        let Some(piece) = &self.piece else {
            return [0.0; 2];
        };
        let is_wanted = self.is_playing && self.jump.is_none();
        self.level.set(if is_wanted { 1.0 } else { 0.0 });
        let level = self.level.next();
        if level == 0.0 {
            if let Some(frame) = self.jump.take() {
                self.at = frame;
            }
            return [0.0; 2];
        }
        let frame = piece.frame(self.at);
        self.at = (self.at + 1) % piece.frames();
        frame.map(|height| level * height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A piece whose frames are their own numbers, in thousands.
    fn player(frames: u16) -> Player {
        let ramp: Vec<f32> = (0..frames).map(|at| f32::from(at) / 1000.0).collect();
        let mut player = Player::new(8000.0);
        let mut piece = Piece::new([ramp.clone(), ramp]).map(Box::new);
        player.load(&mut piece);
        assert!(piece.is_none());
        player
    }

    fn render(player: &mut Player, frames: usize) -> Vec<f32> {
        let [mut left, mut right] = [vec![9.0; frames], vec![9.0; frames]];
        player.render(&mut left, &mut right);
        assert_eq!(left, right);
        left
    }

    #[test]
    fn it_is_silent_until_it_plays_and_then_goes_around() {
        let mut player = player(1000);
        assert_eq!(render(&mut player, 10), [0.0; 10]);
        player.play(true);
        render(&mut player, 2990);
        let seam = render(&mut player, 12);
        assert_eq!(&seam[8..], [0.998, 0.999, 0.0, 0.001]);
    }

    #[test]
    fn it_slides_to_silence_before_it_jumps() {
        let mut player = player(20_000);
        player.play(true);
        render(&mut player, 5000);
        player.seek(100);
        assert_eq!(player.position(), 100);
        let slide = render(&mut player, 4000);
        let steps = slide.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        assert!(steps.fold(0.0, f32::max) < 0.1);
        assert!((100..4000).contains(&player.position()));
    }

    #[test]
    fn it_stops_and_goes_on_where_it_was() {
        let mut player = player(20_000);
        player.play(true);
        render(&mut player, 5000);
        player.play(false);
        render(&mut player, 5000);
        let position = player.position();
        assert_eq!(render(&mut player, 100), [0.0; 100]);
        assert_eq!(player.position(), position);
    }

    #[test]
    fn another_piece_begins_at_its_beginning_and_the_old_one_comes_back() {
        let mut player = player(3000);
        player.play(true);
        render(&mut player, 500);
        let mut piece = Piece::new([vec![0.5; 70], vec![0.5; 70]]).map(Box::new);
        player.load(&mut piece);
        assert_eq!(piece.map(|piece| piece.frames()), Some(3000));
        assert_eq!(player.position(), 0);
    }

    #[test]
    fn a_jump_past_the_end_goes_to_the_last_frame() {
        let mut player = player(100);
        player.seek(500);
        assert_eq!(player.position(), 99);
    }
}
