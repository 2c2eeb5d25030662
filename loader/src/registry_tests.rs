//! The registry against a model of it that is too simple to be wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Wake;

use super::*;
use crate::error::LoadErrorKind;

#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn counting() -> (Arc<Count>, Waker) {
    let count = Arc::new(Count::default());
    (count.clone(), count.into())
}

fn error(number: u32) -> LoadError {
    let chunk = number.to_string();
    LoadError::new(
        LoadErrorKind::Network,
        chunk,
        String::new(),
        1,
        String::new(),
    )
}

fn begin(registry: &mut Registry, chunks: &[u32]) -> (WaiterId, Vec<u32>) {
    let chunks = chunks.iter().copied().map(ChunkIndex).collect();
    let (waiter, start) = registry.wait(chunks);
    (waiter, start.iter().map(|chunk| chunk.0).collect())
}

fn poll(registry: &mut Registry, waiter: WaiterId) -> Poll<Result<(), LoadError>> {
    registry.poll(waiter, Waker::noop().clone()).0
}

#[test]
fn all_chunks_start_at_once_and_each_of_them_once() {
    let mut registry = Registry::new();
    let (first, start) = begin(&mut registry, &[0, 2]);
    assert_eq!(start, [0, 2]);
    let (second, start) = begin(&mut registry, &[0, 2, 3]);
    assert_eq!(start, [3]);

    registry.finish(ChunkIndex(2), &Ok(()));
    assert!(poll(&mut registry, first).is_pending());
    registry.finish(ChunkIndex(0), &Ok(()));
    assert_eq!(poll(&mut registry, first), Poll::Ready(Ok(())));
    assert!(poll(&mut registry, second).is_pending());
    registry.finish(ChunkIndex(3), &Ok(()));
    assert_eq!(poll(&mut registry, second), Poll::Ready(Ok(())));
    assert!(registry.loading.is_empty() && registry.waiters.is_empty());
}

#[test]
fn a_failure_is_told_to_all_who_waited_and_then_forgotten() {
    let mut registry = Registry::new();
    let (first, _) = begin(&mut registry, &[0]);
    let (second, _) = begin(&mut registry, &[0, 1]);
    registry.finish(ChunkIndex(0), &Err(error(1)));

    let (third, start) = begin(&mut registry, &[0]);
    assert_eq!(start, [0], "the next waiter starts a new load");
    assert_eq!(poll(&mut registry, first), Poll::Ready(Err(error(1))));
    assert_eq!(poll(&mut registry, second), Poll::Ready(Err(error(1))));
    registry.finish(ChunkIndex(0), &Ok(()));
    assert_eq!(poll(&mut registry, third), Poll::Ready(Ok(())));
}

#[test]
fn the_latest_waker_is_woken_once() {
    let mut registry = Registry::new();
    let (waiter, _) = begin(&mut registry, &[0, 1]);
    let (old, old_waker) = counting();
    let (new, new_waker) = counting();
    assert!(registry.poll(waiter, old_waker).0.is_pending());
    let (_, displaced) = registry.poll(waiter, new_waker);
    drop(displaced);
    let wakers = registry.finish(ChunkIndex(0), &Ok(()));
    assert!(wakers.is_empty(), "nothing to hear yet");
    for waker in registry.finish(ChunkIndex(1), &Ok(())) {
        waker.wake();
    }
    assert_eq!(
        (old.0.load(Ordering::Relaxed), new.0.load(Ordering::Relaxed)),
        (0, 1)
    );
}

#[test]
fn a_dropped_waiter_leaves_nothing_behind() {
    let mut registry = Registry::new();
    let (count, waker) = counting();
    let (gone, _) = begin(&mut registry, &[0]);
    let _ = registry.poll(gone, waker);
    drop(registry.forget(gone));
    assert_eq!(Arc::strong_count(&count), 1, "its waker is dropped");
    assert!(registry.finish(ChunkIndex(0), &Ok(())).is_empty());
    assert!(registry.waiters.is_empty());
}

/// What the registry should say, kept the long way round.
#[derive(Default)]
struct Model {
    ready: BTreeSet<u32>,
    loading: BTreeSet<u32>,
    waiting: BTreeMap<WaiterId, Expected>,
}

struct Expected {
    chunks: BTreeSet<u32>,
    failure: Option<LoadError>,
    woken: Arc<Count>,
}

impl Model {
    fn outcome(&self, waiter: WaiterId) -> Poll<Result<(), LoadError>> {
        let expected = &self.waiting[&waiter];
        match &expected.failure {
            Some(error) => Poll::Ready(Err(error.clone())),
            None if expected.chunks.is_subset(&self.ready) => Poll::Ready(Ok(())),
            None => Poll::Pending,
        }
    }

    fn finish(&mut self, chunk: u32, result: &Result<(), LoadError>) {
        assert!(self.loading.remove(&chunk));
        if result.is_ok() {
            self.ready.insert(chunk);
        }
        for expected in self.waiting.values_mut() {
            if let Err(error) = result
                && expected.chunks.contains(&chunk)
                && expected.failure.is_none()
            {
                expected.failure = Some(error.clone());
            }
        }
    }
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn pick<T: Copy>(&mut self, from: impl ExactSizeIterator<Item = T>) -> Option<T> {
        let len = from.len() as u64;
        (len > 0)
            .then(|| self.below(len))
            .and_then(|at| from.into_iter().nth(at as usize))
    }
}

const CHUNKS: u64 = 6;

fn step(registry: &mut Registry, model: &mut Model, dice: &mut Dice, number: u32) {
    match dice.below(8) {
        0..=2 => {
            let chunks: BTreeSet<u32> = (0..CHUNKS as u32).filter(|_| dice.below(3) == 0).collect();
            let chunks = &chunks - &model.ready;
            if chunks.is_empty() {
                return;
            }
            let (waiter, start) = registry.wait(chunks.iter().copied().map(ChunkIndex).collect());
            let start: BTreeSet<u32> = start.iter().map(|chunk| chunk.0).collect();
            assert_eq!(start, &chunks - &model.loading);
            model.loading.extend(start);
            let (woken, waker) = counting();
            assert!(registry.poll(waiter, waker).0.is_pending());
            let failure = None;
            model.waiting.insert(
                waiter,
                Expected {
                    chunks,
                    failure,
                    woken,
                },
            );
        }
        3..=4 => {
            let Some(chunk) = dice.pick(
                model
                    .loading
                    .clone()
                    .into_iter()
                    .collect::<Vec<_>>()
                    .into_iter(),
            ) else {
                return;
            };
            let result = if dice.below(4) == 0 {
                Err(error(number))
            } else {
                Ok(())
            };
            model.finish(chunk, &result);
            for waker in registry.finish(ChunkIndex(chunk), &result) {
                waker.wake();
            }
        }
        5..=6 => {
            let Some(waiter) = dice.pick(
                model
                    .waiting
                    .keys()
                    .copied()
                    .collect::<Vec<_>>()
                    .into_iter(),
            ) else {
                return;
            };
            let expected = model.outcome(waiter);
            let waker = model.waiting[&waiter].woken.clone().into();
            assert_eq!(registry.poll(waiter, waker).0, expected);
            if expected.is_ready() {
                model.waiting.remove(&waiter);
            }
        }
        _ => {
            let Some(waiter) = dice.pick(
                model
                    .waiting
                    .keys()
                    .copied()
                    .collect::<Vec<_>>()
                    .into_iter(),
            ) else {
                return;
            };
            model.waiting.remove(&waiter);
            assert!(registry.forget(waiter).is_some());
        }
    }
}

#[test]
fn any_course_of_events_goes_as_in_the_model() {
    for seed in 1..=2000u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut registry = Registry::new();
        let mut model = Model::default();
        for number in 0..120 {
            step(&mut registry, &mut model, &mut dice, number);
            let loading: BTreeSet<u32> = registry.loading.iter().map(|chunk| chunk.0).collect();
            assert_eq!(loading, model.loading);
            assert_eq!(registry.waiters.len(), model.waiting.len());
            for (&waiter, expected) in &model.waiting {
                let woken = expected.woken.0.load(Ordering::Relaxed);
                let over = model.outcome(waiter).is_ready();
                assert_eq!(
                    woken,
                    u32::from(over),
                    "seed {seed}, step {number}: woken once, when it is over"
                );
            }
        }
    }
}
