//! A dependency with a split of the same name as one of the program's.

use regex::Regex;
use wasm_cleave::wasm_split;

#[wasm_split(search)]
pub fn count(text: &str, pattern: &str) -> usize {
    Regex::new(pattern).map_or(0, |regex| regex.find_iter(text).count())
}

/// Its entry goes with the wrapper that nobody calls.
#[wasm_split(never_called)]
pub fn never_called(text: &str) -> bool {
    Regex::new("never called").is_ok_and(|regex| regex.is_match(text))
}
