//! What the threads write and the page reads while pictures are worked on. Nobody ever waits for anybody here.
//!
//! Each picture has a [`Card`], which one thread at a time writes: it stores the moments at which a stage is asked for,
//! begins and ends, and last of all the result. The page looks at all cards whenever it draws a frame. The moments are
//! numbers that stand for themselves, so they are relaxed; the result is published by the `OnceLock`.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::clock;
use crate::part::{Part, Thread};
use crate::picture::Picture;
use crate::stages::Stage;
use crate::stages::overlay::Overlay;

/// One run over all pictures.
pub(crate) struct Board {
    start: f64,
    cards: Vec<Card>,
}

/// One picture in it.
#[derive(Default)]
pub(crate) struct Card {
    start: f64,
    /// The code of the thread that works on it.
    thread: AtomicU32,
    spans: [Span; Stage::COUNT],
    outcome: OnceLock<Outcome>,
}

/// The moments of one stage, in microseconds since the start, and 1 more, so that 0 is never.
#[derive(Default)]
struct Span {
    asked: AtomicU32,
    begun: AtomicU32,
    ended: AtomicU32,
}

/// What became of a picture, or why nothing did.
pub(crate) type Outcome = Result<Finished, String>;

/// What the page gets.
pub(crate) struct Finished {
    /// Small, with the overlay.
    pub(crate) tile: Picture,
    /// As large as it was worked on, without the overlay.
    pub(crate) full: Picture,
    pub(crate) overlay: Box<dyn Overlay>,
}

/// What a picture is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Waiting,
    /// A stage has been asked for, but its code is not there yet.
    Loading(Stage),
    At(Stage),
    Done,
    Failed,
}

/// When a stage was asked for, began and ended, in milliseconds since the start, as far as that has happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Times {
    pub(crate) asked: f64,
    pub(crate) begun: Option<f64>,
    pub(crate) ended: Option<f64>,
}

impl Board {
    /// For so many pictures; the clock starts now.
    pub(crate) fn new(pictures: usize) -> Self {
        let start = clock::now();
        let card = || Card {
            start,
            ..Card::default()
        };
        Board {
            start,
            cards: std::iter::repeat_with(card).take(pictures).collect(),
        }
    }

    pub(crate) fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// How many milliseconds have passed since the start.
    pub(crate) fn elapsed(&self) -> f64 {
        clock::now() - self.start
    }

    /// When the latest stage ended, or now while pictures are worked on, in milliseconds since the start.
    pub(crate) fn latest(&self) -> f64 {
        if self.over() < self.cards.len() {
            return self.elapsed();
        }
        let stages = self
            .cards
            .iter()
            .flat_map(|card| Stage::ALL.map(|stage| card.times(stage)));
        let ends = stages.filter_map(|times| times?.ended);
        ends.fold(0.0, f64::max)
    }

    /// How many pictures nobody has to work on any more.
    pub(crate) fn over(&self) -> usize {
        let over = self.cards.iter().filter(|card| card.outcome().is_some());
        over.count()
    }
}

impl Card {
    /// This thread begins to work on the picture.
    pub(crate) fn take(&self) {
        let code = Thread::current().code();
        self.thread.store(code, Ordering::Relaxed);
    }

    /// A stage is asked for; its code says when it begins.
    pub(crate) fn ask(&self, stage: Stage) -> Mark<'_> {
        let span = &self.spans[stage as usize];
        self.stamp(&span.asked);
        Mark(Some((self, span)))
    }

    /// A stage has given what it gives.
    pub(crate) fn end(&self, stage: Stage) {
        self.stamp(&self.spans[stage as usize].ended);
    }

    /// Nothing more happens to the picture. If it failed, the stage that it was at ends, too.
    pub(crate) fn finish(&self, outcome: Outcome) {
        let asked = |stage: &Stage| self.times(*stage).is_some();
        if let (Err(_), Some(stage)) = (&outcome, Stage::ALL.into_iter().rfind(asked)) {
            self.end(stage);
        }
        // Whoever comes second has nothing to say.
        let _ = self.outcome.set(outcome);
    }

    pub(crate) fn outcome(&self) -> Option<&Outcome> {
        self.outcome.get()
    }

    pub(crate) fn thread(&self) -> Option<Thread> {
        Thread::of_code(self.thread.load(Ordering::Relaxed))
    }

    pub(crate) fn state(&self) -> State {
        match self.outcome() {
            Some(Ok(_)) => return State::Done,
            Some(Err(_)) => return State::Failed,
            None => {}
        }
        let latest = Stage::ALL.into_iter().rev();
        for stage in latest {
            match self.times(stage) {
                Some(Times { begun: None, .. }) => return State::Loading(stage),
                Some(_) => return State::At(stage),
                None => {}
            }
        }
        State::Waiting
    }

    pub(crate) fn times(&self, stage: Stage) -> Option<Times> {
        let span = &self.spans[stage as usize];
        let read = |place: &AtomicU32| {
            let stamp = place.load(Ordering::Relaxed).checked_sub(1)?;
            Some(f64::from(stamp) / 1e3)
        };
        Some(Times {
            asked: read(&span.asked)?,
            begun: read(&span.begun),
            ended: read(&span.ended),
        })
    }

    fn stamp(&self, place: &AtomicU32) {
        let micros = (clock::now() - self.start) * 1e3;
        place.store(micros as u32 + 1, Ordering::Relaxed);
    }
}

/// Goes into a stage, so that its code can say that it has begun.
#[derive(Clone, Copy)]
pub(crate) struct Mark<'a>(Option<(&'a Card, &'a Span)>);

impl Mark<'_> {
    /// For a stage that is called in the middle of another one.
    pub(crate) const NONE: Mark<'static> = Mark(None);

    /// To be called by the stage's code as the first thing it does.
    pub(crate) fn begun(self, part: Part) {
        part.used();
        if let Some((card, span)) = self.0 {
            card.stamp(&span.begun);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_tells_what_its_picture_is_at() {
        let board = Board::new(2);
        let card = &board.cards()[1];
        assert_eq!((card.state(), card.thread()), (State::Waiting, None));
        card.take();
        assert_eq!(card.thread(), Some(Thread::Page));
        let mark = card.ask(Stage::Decode);
        assert_eq!(card.state(), State::Loading(Stage::Decode));
        mark.begun(Part::Decode);
        assert_eq!(card.state(), State::At(Stage::Decode));
        card.end(Stage::Decode);
        card.ask(Stage::Resize);
        assert_eq!(card.state(), State::Loading(Stage::Resize));
        assert_eq!(board.over(), 0);
        card.finish(Err(String::from("no")));
        board.cards()[0].finish(Err(String::from("no")));
        assert_eq!((card.state(), board.over()), (State::Failed, 2));
        assert_eq!(
            Some(board.latest()),
            card.times(Stage::Resize).unwrap().ended
        );
    }

    #[test]
    fn the_moments_of_a_stage_follow_each_other() {
        let board = Board::new(1);
        let card = &board.cards()[0];
        assert_eq!(card.times(Stage::Filter), None);
        card.ask(Stage::Filter).begun(Part::Decode);
        let times = card.times(Stage::Filter).unwrap();
        assert!(times.begun >= Some(times.asked));
        assert_eq!(times.ended, None);
        card.end(Stage::Filter);
        assert!(card.times(Stage::Filter).unwrap().ended >= times.begun);
    }
}
