//! A rack of effects that plays on the audio thread: each effect is a split, and its code arrives while it plays.

mod audio;
mod clock;
mod dsp;
mod effects;
mod piece;
mod rack;
