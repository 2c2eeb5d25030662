//! Numbers as people read them.

pub(crate) use example_page::text::*;

/// How many times as fast, with one decimal.
pub(crate) fn times(factor: f64) -> String {
    with(String::from("× "), &fixed(factor as f32, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_rounded() {
        assert_eq!(times(1.96), "× 2.0");
    }
}
