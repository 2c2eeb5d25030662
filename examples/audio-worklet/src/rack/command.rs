//! What the page tells the rack, and what the rack tells the page.

use super::SLOTS;
use super::times::Summary;
use crate::effects::Effect;
use crate::piece::Piece;

/// An effect in the rack, by the number that the page gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id(pub(crate) u32);

/// What the page wants done. The rack takes what it needs out of a command, and leaves in it what is to be dropped: the
/// page does that, since freeing memory takes too long for the audio thread.
pub(crate) enum Command {
    /// Puts an effect in behind all others; it fades in.
    Add {
        id: Id,
        effect: Option<Box<dyn Effect>>,
    },
    /// Takes an effect out, into the command. It should have been faded out before.
    Remove {
        id: Id,
        effect: Option<Box<dyn Effect>>,
    },
    /// Moves an effect to just before another one, or behind all. It should have been faded out before.
    Move { id: Id, before: Option<Id> },
    /// Fades an effect in or out.
    Enable { id: Id, is_on: bool },
    /// Sets a parameter of an effect.
    Set {
        id: Id,
        parameter: usize,
        value: f32,
    },
    /// Presses a key for all effects that play notes, or lets it go.
    Key { key: u8, is_down: bool },
    /// Plays another piece from its beginning. The one before is in the command afterwards.
    Load(Option<Box<Piece>>),
    /// Plays the piece, or stops.
    Play(bool),
    /// Goes to this frame of the piece.
    Seek(usize),
    /// How loud all is, as a factor.
    Volume(f32),
}

/// What the rack tells of itself, some times in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Event {
    /// The frame of the piece that was played last.
    pub(crate) position: usize,
    /// The loudest moment since the last event, left and right.
    pub(crate) peaks: [f32; 2],
    /// By how many decibels each effect holds the sound back.
    pub(crate) reductions: [Option<(Id, f32)>; SLOTS],
    /// How long blocks took, in parts of the time that they play, when another second is over.
    pub(crate) load: Option<Summary>,
    /// Blocks that took longer than they play, of those whose time was taken.
    pub(crate) late: u32,
}
