//! What several effects compute with. Functions that are not exact come from `libm`, so that every build gives the same
//! samples.

pub(crate) mod biquad;
pub(crate) mod grid;
pub(crate) mod smooth;

/// As many frames as a block has at most.
pub(crate) const BLOCK: usize = 128;

/// The factor that this many decibels stand for.
pub(crate) fn gain(decibels: f32) -> f32 {
    libm::exp2f(decibels * 0.166_096_4)
}

/// A factor in decibels; what is as good as nothing gives -200.
pub(crate) fn decibels(gain: f32) -> f32 {
    6.020_6 * libm::log2f(gain.max(1e-10))
}

/// What is left after a frame of something that falls to 1/e in `seconds`.
pub(crate) fn keep(seconds: f32, rate: f32) -> f32 {
    libm::expf(-1.0 / (seconds * rate).max(1e-3))
}

/// Nothing instead of numbers so small that processors take long over them.
pub(crate) fn flush(value: f32) -> f32 {
    if value.abs() < 1e-18 { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decibels_lead_there_and_back() {
        assert!((gain(-6.0206) - 0.5).abs() < 1e-6);
        for level in [-60.0, -12.5, 0.0, 18.0] {
            assert!((decibels(gain(level)) - level).abs() < 1e-3);
        }
        assert!(decibels(0.0) <= -199.0);
    }

    #[test]
    fn after_its_time_a_third_is_left() {
        let kept = keep(0.01, 1000.0);
        let left = (0..10).fold(1.0, |left: f32, _| left * kept);
        assert!((left - 0.367_88).abs() < 1e-4);
    }
}
