//! How a picture goes through the stages: one step for each, so that the page can draw between them where it has to do
//! the work itself. A step calls its stage with `blocking()`: on a thread of the pool that waits for the chunk.

use rayon::prelude::*;

use crate::board::{Board, Card, Finished, Mark};
use crate::filters::Filter;
use crate::part::Part;
use crate::picture::Picture;
use crate::stages::Stage;
use crate::stages::decode::decode;
use crate::stages::overlay::{Caption, overlay};
use crate::stages::resize::fit;

/// The longer side of a picture while it is worked on, and that of its tile in the gallery, in pixels.
const FULL: u32 = 960;
const TILE: u32 = 640;

/// A picture to work on.
pub(crate) struct Source {
    pub(crate) caption: Caption,
    pub(crate) file: Vec<u8>,
}

/// Everything that a run needs, on whichever threads it happens.
pub(crate) struct Job {
    pub(crate) sources: Vec<std::sync::Arc<Source>>,
    pub(crate) filter: Box<dyn Filter>,
    pub(crate) board: Board,
}

impl Job {
    /// All pictures at once, on the threads of the pool that this is called in.
    pub(crate) fn in_parallel(&self) {
        (0..self.sources.len())
            .into_par_iter()
            .with_max_len(1)
            .for_each(|picture| {
                let mut work = self.begin(picture);
                while work.step() {}
            });
    }

    /// Begins with one picture, on this thread.
    pub(crate) fn begin(&self, picture: usize) -> Work<'_> {
        let card = &self.board.cards()[picture];
        card.take();
        Work {
            source: &self.sources[picture],
            filter: &*self.filter,
            card,
            made: Made::Nothing,
        }
    }
}

/// A picture on its way.
pub(crate) struct Work<'a> {
    source: &'a Source,
    filter: &'a dyn Filter,
    card: &'a Card,
    made: Made,
}

/// What the latest stage has given.
enum Made {
    Nothing,
    Decoded(Picture),
    Resized(Picture),
    Filtered(Picture),
    All,
}

impl Work<'_> {
    /// Does one stage. Whether there is another one.
    ///
    /// Blocks until the stage's code is there: to be called where that is possible, or after everything was loaded.
    pub(crate) fn step(&mut self) -> bool {
        match self.next() {
            Ok(more) => more,
            Err(why) => {
                self.card.finish(Err(why));
                false
            }
        }
    }

    fn next(&mut self) -> Result<bool, String> {
        let card = self.card;
        match std::mem::replace(&mut self.made, Made::All) {
            Made::Nothing => {
                let mark = card.ask(Stage::Decode);
                let decoded = called(decode(&self.source.file, mark).wait())?;
                card.end(Stage::Decode);
                self.made = Made::Decoded(decoded);
            }
            Made::Decoded(picture) => {
                let mark = card.ask(Stage::Resize);
                let resized = called(fit(&picture, FULL, mark).wait())?;
                card.end(Stage::Resize);
                self.made = Made::Resized(resized);
            }
            Made::Resized(picture) => {
                // No split function: the code comes with the object, and its first call on a thread links it there.
                card.ask(Stage::Filter).begun(self.filter.part());
                let filtered = self.filter.apply(&picture);
                card.end(Stage::Filter);
                self.made = Made::Filtered(filtered);
            }
            Made::Filtered(full) => {
                let mark = card.ask(Stage::Overlay);
                let overlay = called(overlay(&full, &self.source.caption, mark).wait())?;
                let mut tile = called(fit(&full, TILE, Mark::NONE).wait())?;
                overlay.draw(&mut tile);
                card.end(Stage::Overlay);
                card.finish(Ok(Finished {
                    tile,
                    full,
                    overlay,
                }));
                return Ok(false);
            }
            Made::All => return Ok(false),
        }
        Ok(true)
    }
}

/// What a stage gave, or what is to be said if it was not loaded or could not do it.
fn called<T>(result: Result<Result<T, String>, wasm_cleave::LoadError>) -> Result<T, String> {
    result.map_err(|error| error.to_string())?
}

/// The parts that a run with this filter uses.
pub(crate) fn parts(filter: Part) -> [Part; 4] {
    [Part::Decode, Part::Resize, filter, Part::Overlay]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::board::State;
    use crate::filters::tone::tone;

    fn job(files: &[&[u8]]) -> Job {
        let source = |file: &&[u8]| Source {
            caption: Caption {
                title: String::from("Test"),
                author: String::new(),
            },
            file: file.to_vec(),
        };
        Job {
            sources: files.iter().map(source).map(Arc::new).collect(),
            filter: tone().wait().unwrap(),
            board: Board::new(files.len()),
        }
    }

    const BRIDGE: &[u8] = include_bytes!("../static/pictures/bridge.jpg");

    #[test]
    fn threads_and_a_single_one_make_the_same() {
        let parallel = job(&[BRIDGE, BRIDGE]);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
        pool.unwrap().install(|| parallel.in_parallel());
        let single = job(&[BRIDGE]);
        let mut work = single.begin(0);
        let mut steps = 1;
        while work.step() {
            steps += 1;
        }
        assert_eq!(steps, Stage::COUNT);
        let Some(Ok(expected)) = single.board.cards()[0].outcome() else {
            panic!("not done");
        };
        assert_eq!((expected.full.width(), expected.full.height()), (960, 540));
        assert_eq!(expected.tile.width(), 640);
        for card in parallel.board.cards() {
            let Some(Ok(made)) = card.outcome() else {
                panic!("not done");
            };
            assert!(made.tile == expected.tile && made.full == expected.full);
        }
    }

    #[test]
    fn what_is_no_picture_fails_alone() {
        let job = job(&[b"nothing", BRIDGE]);
        job.in_parallel();
        let states: Vec<_> = job.board.cards().iter().map(Card::state).collect();
        assert_eq!(states, [State::Failed, State::Done]);
    }
}
