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
        for ask in taken {
            served.push(ask.chunk().0);
            ask.finish(match ask.chunk() {
                ChunkIndex(0) => Err(refusal()),
                _ => Ok(()),
            });
        }
    }
    served
}

fn wait(ask: &Ask) -> Answer {
    loop {
        match ask.answer() {
            Answer::Waiting | Answer::Taken => thread::yield_now(),
            answer => return answer,
        }
    }
}

#[test]
fn every_ask_is_answered_once() {
    model(|| {
        let asks = Arc::new(Asks::new());
        let askers: Vec<_> = (0..2)
            .map(|chunk| {
                let asks = asks.clone();
                thread::spawn(move || wait(&asks.make(ChunkIndex(chunk))))
            })
            .collect();
        let mut served = serve(&asks, 2);
        served.sort_unstable();
        assert_eq!(served, [0, 1]);
        let answers: Vec<_> = askers.into_iter().map(|it| it.join().unwrap()).collect();
        assert_eq!(answers, [Answer::Failed(refusal()), Answer::Done]);
        assert!(asks.take().is_empty());
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
