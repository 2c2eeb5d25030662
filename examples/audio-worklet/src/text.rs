//! Numbers as people read them.

pub(crate) use example_page::text::*;

use crate::effects::parameter::Unit;

/// A value with its unit.
pub(crate) fn value(value: f32, unit: Unit) -> String {
    match unit {
        Unit::Percent => with(fixed(value * 100.0, 0), " %"),
        Unit::Decibels => with(fixed(value, 1), " dB"),
        Unit::Hertz if value < 1000.0 => with(fixed(value, 0), " Hz"),
        Unit::Hertz => with(fixed(value / 1000.0, 1), " kHz"),
        Unit::Milliseconds if value < 1.0 => with(fixed(value * 1000.0, 0), " µs"),
        Unit::Milliseconds if value < 10.0 => with(fixed(value, 1), " ms"),
        Unit::Milliseconds => with(fixed(value, 0), " ms"),
        Unit::Seconds => with(fixed(value, 2), " s"),
        Unit::Semitones => with(fixed(value, 1), " st"),
        Unit::Ratio => with(fixed(value, 1), " : 1"),
        Unit::Plain => fixed(value, 1),
    }
}

/// Seconds as a clock shows them: minutes and seconds.
pub(crate) fn clock(seconds: f64) -> String {
    let seconds = seconds as u32;
    let mut text = (seconds / 60).to_string();
    text.push_str(if seconds % 60 < 10 { ":0" } else { ":" });
    with(text, &(seconds % 60).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_digits_that_people_want() {
        assert_eq!(value(0.285, Unit::Percent), "29 %");
        assert_eq!(value(-3.04, Unit::Decibels), "−3.0 dB");
        assert_eq!(value(-0.01, Unit::Decibels), "0.0 dB");
        assert_eq!(value(420.0, Unit::Hertz), "420 Hz");
        assert_eq!(value(2600.0, Unit::Hertz), "2.6 kHz");
        assert_eq!(value(8.0, Unit::Milliseconds), "8.0 ms");
        assert_eq!(value(0.27, Unit::Milliseconds), "270 µs");
        assert_eq!(value(1.9, Unit::Seconds), "1.90 s");
        assert_eq!(value(4.0, Unit::Ratio), "4.0 : 1");
    }

    #[test]
    fn a_clock_has_two_digits_for_seconds() {
        assert_eq!(clock(68.9), "1:08");
        assert_eq!(clock(28.8), "0:28");
    }
}
