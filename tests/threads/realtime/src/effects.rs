//! Twenty effects, each with 64 functions and a table of 64 KiB in a chunk of its own.

use std::pin::Pin;

use wasm_cleave::audio::Worklet;
use wasm_cleave::{split, wasm_split};

pub trait Effect: Send {
    fn render(&mut self, samples: &mut [f32]);
}

pub type Made = Box<dyn Effect>;

type Later<T> = Pin<Box<dyn Future<Output = T>>>;

/// How the page gets one of them.
pub struct Way {
    pub load_on: fn(Worklet) -> Later<()>,
    pub make: fn() -> Later<Made>,
}

const TABLE: usize = 16 << 10;

/// Numbers between -1 and 1 that differ for every `seed` (a linear congruential generator).
const fn table(seed: u32) -> [f32; TABLE] {
    let mut table = [0.0; TABLE];
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut n = 0;
    while n < TABLE {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        table[n] = (state >> 8) as f32 / 8_388_608.0 - 1.0;
        n += 1;
    }
    table
}

/// One of many functions: what it does depends on both numbers, so that no two are the same.
#[inline(never)]
fn stage<const EFFECT: usize, const STAGE: usize>(sample: f32, table: &[f32; TABLE]) -> f32 {
    let mut sum = sample;
    for tap in 0..(2 + STAGE % 3) {
        sum += table[(STAGE * 251 + EFFECT * 17 + tap) % TABLE] * 1e-4;
        if tap % 2 == EFFECT % 2 {
            sum *= 0.999 - STAGE as f32 * 1e-5;
        }
    }
    sum
}

struct Stages {
    stages: [fn(f32, &[f32; TABLE]) -> f32; 64],
    table: &'static [f32; TABLE],
    at: usize,
}

impl Effect for Stages {
    fn render(&mut self, samples: &mut [f32]) {
        for sample in samples {
            self.at = (self.at + 1) % self.stages.len();
            *sample = self.stages[self.at](*sample, self.table);
        }
    }
}

macro_rules! stages {
    ($effect:literal: $($stage:literal)*) => { [$(stage::<$effect, $stage>),*] };
}

macro_rules! effects {
    ($($name:ident $effect:literal)*) => {
        $(
            #[wasm_split($name)]
            fn $name() -> Made {
                static NUMBERS: [f32; TABLE] = table($effect);
                let stages: [fn(f32, &[f32; TABLE]) -> f32; 64] = stages!($effect:
                    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
                    32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
                Box::new(Stages { stages, table: &NUMBERS, at: 0 })
            }
        )*

        pub const EFFECTS: &[Way] = &[$(Way {
            load_on: |worklet| Box::pin(async move { split!($name).load_on(&worklet).await.expect("loads") }),
            make: || Box::pin(async { $name().await.expect("is loaded") }),
        }),*];
    };
}

effects! {
    e01 1 e02 2 e03 3 e04 4 e05 5 e06 6 e07 7 e08 8 e09 9 e10 10
    e11 11 e12 12 e13 13 e14 14 e15 15 e16 16 e17 17 e18 18 e19 19 e20 20
}
