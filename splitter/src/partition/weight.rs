//! Estimates how many bytes of a symbol travel: what is left of it when a server compresses the module.
//!
//! Whole numbers only, so that every machine finds the same. Compressing for real would take longer than all the rest
//! and say little of a symbol by itself.

use crate::graph::{NodeKind, SymbolGraph};
use crate::ids::Node;
use crate::read::InputModule;

/// Brotli leaves so many hundredths of code: 24 to 34 in programs and parts that were measured.
const CODE_HUNDREDTHS: usize = 30;

/// The linker pads every number that it relocates to five bytes; written again, most of them have two.
const PADDING: usize = 3;

/// What a symbol adds to the transfer of its module, in bytes; 0 only where nothing is carried.
pub(super) fn of(input: &InputModule, graph: &SymbolGraph, node: Node) -> usize {
    match graph.kind(node) {
        NodeKind::Func(func) => of_code(
            input.function(func).body.len(),
            input.references(func).len(),
        ),
        NodeKind::Data(interval) => of_data(input.data.bytes_of(interval).1),
    }
}

fn of_code(length: usize, references: usize) -> usize {
    match length.saturating_sub(references * PADDING) * CODE_HUNDREDTHS / 100 {
        0 => usize::from(length > 0),
        bytes => bytes,
    }
}

/// The entropy of single bytes. Compressors find more than that in tables and texts, and as little in what is
/// compressed already.
fn of_data(bytes: &[u8]) -> usize {
    let mut counts = [0u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    if counts[0] as usize == bytes.len() {
        // Zeros are carried by no module.
        return 0;
    }
    let all = log2(bytes.len() as u32);
    let bits = |&count: &u32| u64::from(count) * u64::from(all - log2(count));
    let present = counts.iter().filter(|count| **count > 0);
    let bits: u64 = present.map(bits).sum();
    (bits / (8 * ONE)).max(1) as usize
}

/// A bit, in the unit of [`log2`].
const ONE: u64 = 256;

/// The logarithm of a number that is not 0, in 256ths; linear between powers of two.
fn log2(number: u32) -> u32 {
    let whole = number.ilog2();
    let part = ((u64::from(number) * ONE) >> whole) - ONE;
    whole * ONE as u32 + part as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_weigh_nothing_and_all_else_something() {
        assert_eq!(of_data(&[0; 1000]), 0);
        assert_eq!(of_data(&[7; 1000]), 1);
        assert_eq!(of_data(&[0, 0, 1]), 1);
        assert_eq!(of_code(2, 0), 1);
        assert_eq!(of_code(10, 5), 1);
    }

    #[test]
    fn what_cannot_be_compressed_weighs_what_it_is() {
        let bytes: Vec<u8> = (0..64_000u32).map(|n| ((n * 7919) >> 3) as u8).collect();
        let weight = of_data(&bytes);
        assert!((63_000..=64_000).contains(&weight), "{weight}");
    }

    #[test]
    fn text_and_sparse_tables_weigh_less_than_they_are() {
        let text =
            "what two splits share is stored once, and loaded with the first of them; ".repeat(20);
        let weight = of_data(text.as_bytes());
        assert!(weight < text.len() * 6 / 10, "{weight} of {}", text.len());
        let sparse: Vec<u8> = (0..16_000)
            .map(|at| if at % 16 == 0 { 9 } else { 0 })
            .collect();
        assert!(of_data(&sparse) < 16_000 / 16);
    }

    #[test]
    fn code_is_counted_without_its_padding() {
        assert_eq!(of_code(1000, 0), 300);
        assert_eq!(of_code(1000, 100), 210);
    }
}
