//! Numbers as people read them, in whole numbers: formatting a fraction would cost the main module some kilobytes.

/// Milliseconds as seconds with two decimals.
#[must_use]
pub fn seconds(milliseconds: f64) -> String {
    with(fixed((milliseconds / 1000.0) as f32, 2), " s")
}

/// Milliseconds, whole ones.
#[must_use]
pub fn millis(milliseconds: f64) -> String {
    with(((milliseconds + 0.5) as u32).to_string(), " ms")
}

/// A number of bytes.
#[must_use]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => with(bytes.to_string(), " B"),
        1000..1_000_000 => with(((bytes + 500) / 1000).to_string(), " kB"),
        _ => with(fixed(bytes as f32 / 1e6, 1), " MB"),
    }
}

/// With so many digits after the point.
#[must_use]
pub fn fixed(value: f32, digits: u32) -> String {
    let unit = 10_u32.pow(digits);
    let number = (value.abs() * unit as f32 + 0.5) as u32;
    let mut text = String::new();
    if value < 0.0 && number > 0 {
        text.push('−');
    }
    text.push_str(&(number / unit).to_string());
    if digits > 0 {
        text.push('.');
        let rest = (number % unit).to_string();
        for _ in rest.len()..digits as usize {
            text.push('0');
        }
        text.push_str(&rest);
    }
    text
}

/// A text and its end.
#[must_use]
pub fn with(mut text: String, end: &str) -> String {
    text.push_str(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_rounded_and_keep_their_zeros() {
        assert_eq!(seconds(1995.0), "2.00 s");
        assert_eq!(seconds(43.0), "0.04 s");
        assert_eq!(millis(12.5), "13 ms");
        assert_eq!(fixed(1.96, 1), "2.0");
        assert_eq!(fixed(-0.01, 1), "0.0");
        assert_eq!(fixed(-3.04, 1), "−3.0");
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1500), "2 kB");
        assert_eq!(size(1_960_000), "2.0 MB");
    }
}
