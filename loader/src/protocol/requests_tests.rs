//! Requests under loom, in every order of events, and under real threads, many times.

use super::requests::{Answer, ChunkRequest, ChunkRequests};
use super::sync::Ordering;
use super::tests::model;
use crate::error::{LoadError, LoadErrorKind};
use crate::ids::ChunkIndex;

#[cfg(loom)]
use loom::{sync::Arc, thread};
#[cfg(not(loom))]
use std::{sync::Arc, thread};

fn refusal() -> LoadError {
    LoadError::new(
        LoadErrorKind::NotFound,
        "a".into(),
        String::new(),
        1,
        String::new(),
    )
}

/// Serves until it has answered so many requests, as the coordinator does; sleeps as it may sleep.
fn serve(requests: &ChunkRequests, wanted: usize) -> Vec<u32> {
    let mut served = Vec::new();
    while served.len() < wanted {
        let rings = requests.ring_count();
        let taken = requests.take();
        if taken.is_empty() {
            while requests.doorbell().load(Ordering::Relaxed) == rings {
                thread::yield_now();
            }
        }
        served.extend(taken.iter().map(|request| request.chunk().0));
        answer(taken);
    }
    served
}

/// Chunk 0 cannot be had.
fn answer(taken: Vec<std::sync::Arc<ChunkRequest>>) {
    for request in taken {
        request.finish(match request.chunk() {
            ChunkIndex(0) => Err(refusal()),
            _ => Ok(()),
        });
    }
}

#[test]
fn every_request_is_answered_once() {
    model(|| {
        let requests = Arc::new(ChunkRequests::new());
        let threads: Vec<_> = (0..2)
            .map(|chunk| {
                let requests = requests.clone();
                thread::spawn(move || requests.make(ChunkIndex(chunk)))
            })
            .collect();
        // While they are made, and afterwards.
        let mut taken = requests.take();
        let made: Vec<_> = threads.into_iter().map(|it| it.join().unwrap()).collect();
        taken.extend(requests.take());
        assert_eq!(requests.ring_count(), 2);
        let mut chunks: Vec<_> = taken.iter().map(|request| request.chunk().0).collect();
        chunks.sort_unstable();
        assert_eq!(chunks, [0, 1]);
        answer(taken);
        let answers: Vec<_> = made.iter().map(|request| request.answer()).collect();
        assert_eq!(answers, [Answer::Failed(refusal()), Answer::Done]);
    });
}

#[test]
fn who_sees_the_answer_sees_the_reason() {
    model(|| {
        let requests = Arc::new(ChunkRequests::new());
        let theirs = requests.clone();
        let request = requests.make(ChunkIndex(0));
        let coordinator = thread::spawn(move || serve(&theirs, 1));
        let answer = loop {
            let (word, seen) = request.word();
            match request.answer() {
                Answer::Waiting | Answer::Taken => {
                    // Sleeps on the word.
                    while word.load(Ordering::Relaxed) == seen {
                        thread::yield_now();
                    }
                }
                answer => break answer,
            }
        };
        assert_eq!(answer, Answer::Failed(refusal()));
        coordinator.join().unwrap();
    });
}

#[test]
fn requests_from_before_the_coordinator_are_kept_in_order() {
    model(|| {
        let requests = ChunkRequests::new();
        let made: Vec<_> = (1..4)
            .map(|chunk| requests.make(ChunkIndex(chunk)))
            .collect();
        assert_eq!(requests.ring_count(), 3);
        assert_eq!(serve(&requests, 3), [1, 2, 3]);
        assert!(made.iter().all(|request| request.answer() == Answer::Done));
    });
}

#[test]
fn a_request_is_taken_or_given_up_but_not_both() {
    model(|| {
        let requests = Arc::new(ChunkRequests::new());
        let request = requests.make(ChunkIndex(1));
        let coordinator = {
            let requests = requests.clone();
            thread::spawn(move || {
                let taken = requests.take();
                taken.iter().for_each(|request| request.finish(Ok(())));
                taken.len()
            })
        };
        let is_given_up = request.give_up();
        let taken = coordinator.join().unwrap();
        assert_eq!(is_given_up, taken == 0);
        assert_eq!(request.answer() == Answer::Done, taken == 1);
    });
}

#[test]
fn a_request_whose_thread_is_gone_is_answered_all_the_same() {
    model(|| {
        let requests = Arc::new(ChunkRequests::new());
        let theirs = requests.clone();
        thread::spawn(move || drop(theirs.make(ChunkIndex(0))))
            .join()
            .unwrap();
        assert_eq!(serve(&requests, 1), [0]);
    });
}
