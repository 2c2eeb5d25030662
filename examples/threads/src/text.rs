//! Numbers as people read them, in whole numbers: formatting a fraction would cost the main module some kilobytes.

/// Milliseconds as seconds with two decimals.
pub(crate) fn seconds(milliseconds: f64) -> String {
    let mut text = decimals((milliseconds / 10.0 + 0.5) as u32, 2);
    text.push_str(" s");
    text
}

/// Milliseconds, whole ones.
pub(crate) fn millis(milliseconds: f64) -> String {
    let mut text = ((milliseconds + 0.5) as u32).to_string();
    text.push_str(" ms");
    text
}

/// How many times as fast, with one decimal.
pub(crate) fn times(factor: f64) -> String {
    let mut text = String::from("× ");
    text.push_str(&decimals((factor * 10.0 + 0.5) as u32, 1));
    text
}

/// A number of bytes.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return bytes.to_string() + " B";
    }
    if bytes < 1_000_000 {
        return ((bytes + 500) / 1000).to_string() + " kB";
    }
    decimals(((bytes + 50_000) / 100_000) as u32, 1) + " MB"
}

/// A whole number with its last digits behind the point.
fn decimals(number: u32, digits: u32) -> String {
    let unit = 10_u32.pow(digits);
    let mut text = (number / unit).to_string();
    text.push('.');
    let rest = (number % unit).to_string();
    for _ in rest.len()..digits as usize {
        text.push('0');
    }
    text + &rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_rounded_and_keep_their_zeros() {
        assert_eq!(seconds(1995.0), "2.00 s");
        assert_eq!(seconds(43.0), "0.04 s");
        assert_eq!(millis(12.5), "13 ms");
        assert_eq!(times(1.96), "× 2.0");
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1500), "2 kB");
        assert_eq!(size(1_960_000), "2.0 MB");
    }
}
