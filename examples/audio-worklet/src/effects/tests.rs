//! What all effects promise, and what the tests of each use.

use std::f32::consts::TAU;

use super::*;

pub(crate) const RATE: f32 = 48_000.0;

/// A sine of this frequency.
pub(crate) fn sine(frequency: f32, level: f32, frames: usize) -> Vec<f32> {
    let step = f64::from(frequency) / f64::from(RATE);
    let frames = 0..frames;
    frames
        .map(|at| level * libm::sinf(TAU * (step * at as f64).fract() as f32))
        .collect()
}

/// The same chance every time, from -1 to 1.
pub(crate) fn noise(frames: usize) -> Vec<f32> {
    let mut chance = crate::effects::reverb::room::Chance::new(7);
    (0..frames).map(|_| chance.next()).collect()
}

/// The square root of the power.
pub(crate) fn level(frames: &[f32]) -> f32 {
    (frames.iter().map(|frame| frame * frame).sum::<f32>() / frames.len() as f32).sqrt()
}

/// Both channels of what an effect makes of the same sound in both.
pub(crate) fn run(effect: &mut dyn Effect, input: &[f32]) -> [Vec<f32>; 2] {
    run_in(effect, input, &[crate::dsp::BLOCK])
}

/// The same in blocks of these lengths, again and again.
fn run_in(effect: &mut dyn Effect, input: &[f32], lengths: &[usize]) -> [Vec<f32>; 2] {
    let [mut left, mut right] = [input.to_vec(), input.to_vec()];
    let (mut at, mut lengths) = (0, lengths.iter().cycle());
    while at < input.len() {
        let end = input.len().min(at + lengths.next().unwrap());
        effect.process(&mut left[at..end], &mut right[at..end]);
        at = end;
    }
    [left, right]
}

fn all() -> [(Kind, Box<dyn Effect>); 5] {
    Kind::ALL.map(|kind| {
        let effect = match kind {
            Kind::Synth => synth::synth(RATE).wait(),
            Kind::Equaliser => equaliser::equaliser(RATE).wait(),
            Kind::Compressor => compressor::compressor(RATE).wait(),
            Kind::Pitch => pitch::pitch(RATE).wait(),
            Kind::Reverb => reverb::reverb(RATE).wait(),
        };
        (kind, effect.unwrap())
    })
}

/// Sets all to other values than they start with, and plays a key.
fn touch(effect: &mut dyn Effect) {
    for (at, parameter) in effect.face().parameters().iter().enumerate() {
        effect.set(at, parameter.value(0.7));
    }
    effect.key(64, true);
}

#[test]
fn the_same_sound_gives_the_same_bits_in_blocks_of_any_length() {
    let input = noise(9000);
    let once = all();
    let again = all();
    for ((kind, mut once), (_, mut again)) in once.into_iter().zip(again) {
        touch(&mut *once);
        touch(&mut *again);
        let expected = run_in(&mut *once, &input, &[128]);
        let same = run_in(&mut *again, &input, &[1, 127, 64, 13, 128, 5]);
        assert!(expected == same, "{}", kind.name());
        assert_ne!(expected[0], input, "{}", kind.name());
    }
}

#[test]
fn whatever_is_set_the_sound_stays_finite_and_ends() {
    for (kind, mut effect) in all() {
        for way in [0.0, 1.0, 0.5] {
            for (at, parameter) in effect.face().parameters().iter().enumerate() {
                effect.set(at, parameter.value(way));
            }
            effect.set(usize::MAX, 1.0);
            effect.key(60, true);
            let loud = run(&mut *effect, &noise(24_000));
            assert!(
                loud.concat().iter().all(|frame| frame.abs() < 100.0),
                "{}",
                kind.name()
            );
            effect.key(60, false);
        }
        run(&mut *effect, &vec![0.0; 480_000]);
        let rest = run(&mut *effect, &[0.0; 480]);
        assert!(level(&rest.concat()) < 1e-3, "{}", kind.name());
    }
}

#[test]
fn faces_draw_within_their_frames_and_show_what_is_set() {
    for (kind, effect) in all() {
        let face = effect.face();
        let mut drawings = [[0.0; 64]; 2];
        for (drawing, way) in drawings.iter_mut().zip([0.3, 0.8]) {
            let values: Vec<f32> = face
                .parameters()
                .iter()
                .map(|spec| spec.value(way))
                .collect();
            face.draw(&values, drawing);
            assert!(
                drawing.iter().all(|height| (0.0..=1.0).contains(height)),
                "{}",
                kind.name()
            );
        }
        assert_ne!(drawings[0], drawings[1], "{}", kind.name());
        let points = face.handles().map_or(&[][..], |handles| handles.points);
        assert!(
            points
                .as_flattened()
                .iter()
                .all(|&at| at < face.parameters().len())
        );
    }
}
