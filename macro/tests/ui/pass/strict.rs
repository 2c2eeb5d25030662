//! The expansion trips none of the lints that a strict crate may set.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub, elided_lifetimes_in_paths)]
#![deny(missing_debug_implementations, single_use_lifetimes, trivial_casts, let_underscore_drop)]

use wasm_cleave::{split, wasm_split};

/// A type.
#[derive(Debug)]
pub struct Held(Vec<u32>);

impl Held {
    /// Returns.
    #[wasm_split(strict)]
    pub fn get(&mut self, index: usize) -> &mut u32 {
        &mut self.0[index]
    }

    /// Braces around one expression are the function's own.
    #[wasm_split(strict)]
    pub async fn len(&self) -> usize {
        self.0.len()
    }

    /// Diverges.
    #[wasm_split(strict)]
    pub fn never(mut self, (a, _): (u32, u32)) -> u32 {
        self.0.push(a);
        panic!()
    }

    /// Diverges.
    #[wasm_split(strict)]
    pub async fn async_never(self) -> u32 {
        loop {}
    }
}

fn main() {
    let mut held = Held(vec![1]);
    drop(held.get(0).try_now());
    drop(held.len());
    assert!(split!(strict).is_loaded());
}
