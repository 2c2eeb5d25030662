//! Asks under loom, in every order of events, and under real threads, many times.

use super::asks::{Answer, Ask, Asks};
use super::tests::model;
use crate::error::{ErrorKind, LoadError};
use crate::ids::ChunkIndex;

#[cfg(loom)]
use loom::{sync::Arc, thread};
#[cfg(not(loom))]
use std::{sync::Arc, thread};

fn refusal() -> LoadError {
    LoadError::new(
        ErrorKind::NotFound,
        "a".into(),
        String::new(),
        1,
        String::new(),
    )
}

/// Serves until it has answered so many asks, as the coordinator does; sleeps as it may sleep.
fn serve(asks: &Asks, wanted: usize) -> Vec<u32> {
    let mut served = Vec::new();
    while served.len() < wanted {
        let rung = asks.rung();
        let taken = asks.take();
        if taken.is_empty() {
            while asks.rung() == rung {
                thread::yield_now();
            }
        }
        served.extend(taken.iter().map(|ask| ask.chunk().0));
        answer(taken);
    }
    served
}

/// Chunk 0 cannot be had.
fn answer(taken: Vec<std::sync::Arc<Ask>>) {
    for ask in taken {
        ask.finish(match ask.chunk() {
            ChunkIndex(0) => Err(refusal()),
            _ => Ok(()),
        });
    }
}

#[test]
fn every_ask_is_answered_once() {
    model(|| {
        let asks = Arc::new(Asks::new());
        let askers: Vec<_> = (0..2)
            .map(|chunk| {
                let asks = asks.clone();
                thread::spawn(move || asks.make(ChunkIndex(chunk)))
            })
            .collect();
        // While they are made, and afterwards.
        let mut taken = asks.take();
        let made: Vec<_> = askers.into_iter().map(|it| it.join().unwrap()).collect();
        taken.extend(asks.take());
        assert_eq!(asks.rung(), 2);
        let mut chunks: Vec<_> = taken.iter().map(|ask| ask.chunk().0).collect();
        chunks.sort_unstable();
        assert_eq!(chunks, [0, 1]);
        answer(taken);
        let answers: Vec<_> = made.iter().map(|ask| ask.answer()).collect();
        assert_eq!(answers, [Answer::Failed(refusal()), Answer::Done]);
    });
}

#[test]
fn who_sees_the_answer_sees_the_reason() {
    model(|| {
        let asks = Arc::new(Asks::new());
        let theirs = asks.clone();
        let ask = asks.make(ChunkIndex(0));
        let coordinator = thread::spawn(move || serve(&theirs, 1));
        let answer = loop {
            match ask.answer() {
                Answer::Waiting | Answer::Taken => thread::yield_now(),
                answer => break answer,
            }
        };
        assert_eq!(answer, Answer::Failed(refusal()));
        coordinator.join().unwrap();
    });
}

#[test]
fn asks_from_before_the_coordinator_are_kept_in_order() {
    model(|| {
        let asks = Asks::new();
        let made: Vec<_> = (1..4).map(|chunk| asks.make(ChunkIndex(chunk))).collect();
        assert_eq!(asks.rung(), 3);
        assert_eq!(serve(&asks, 3), [1, 2, 3]);
        assert!(made.iter().all(|ask| ask.answer() == Answer::Done));
    });
}

#[test]
fn an_ask_is_taken_or_given_up_but_not_both() {
    model(|| {
        let asks = Arc::new(Asks::new());
        let ask = asks.make(ChunkIndex(1));
        let coordinator = {
            let asks = asks.clone();
            thread::spawn(move || {
                let taken = asks.take();
                taken.iter().for_each(|ask| ask.finish(Ok(())));
                taken.len()
            })
        };
        let is_given_up = ask.give_up();
        let taken = coordinator.join().unwrap();
        assert_eq!(is_given_up, taken == 0);
        assert_eq!(ask.answer() == Answer::Done, taken == 1);
    });
}

#[test]
fn an_ask_whose_thread_is_gone_is_answered_all_the_same() {
    model(|| {
        let asks = Arc::new(Asks::new());
        let theirs = asks.clone();
        thread::spawn(move || drop(theirs.make(ChunkIndex(0))))
            .join()
            .unwrap();
        assert_eq!(serve(&asks, 1), [0]);
    });
}
