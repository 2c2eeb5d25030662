//! Filters of second order, after Robert Bristow-Johnson's "Cookbook formulae for audio equalizer biquad filter
//! coefficients" (https://www.w3.org/TR/audio-eq-cookbook/).

use std::f32::consts::TAU;

use super::flush;

/// What a filter does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    LowShelf,
    Peak,
    HighShelf,
    LowPass,
}

/// A filter's coefficients, divided by the cookbook's `a0`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
}

impl Biquad {
    /// A filter at `frequency` hertz. A shelf's or peak's gain is in decibels; a low pass has none.
    pub(crate) fn new(shape: Shape, frequency: f32, q: f32, decibels: f32, rate: f32) -> Self {
        let w = TAU * (frequency / rate).clamp(1e-4, 0.49);
        let (cos, alpha) = (libm::cosf(w), libm::sinf(w) / (2.0 * q));
        let gain = super::gain(decibels / 2.0);
        match shape {
            Shape::Peak => Biquad::normal(
                [1.0 + alpha * gain, -2.0 * cos, 1.0 - alpha * gain],
                [1.0 + alpha / gain, -2.0 * cos, 1.0 - alpha / gain],
            ),
            Shape::LowPass => {
                let side = (1.0 - cos) / 2.0;
                Biquad::normal(
                    [side, 2.0 * side, side],
                    [1.0 + alpha, -2.0 * cos, 1.0 - alpha],
                )
            }
            Shape::LowShelf => Biquad::shelf(gain, cos, alpha, 1.0),
            Shape::HighShelf => Biquad::shelf(gain, cos, alpha, -1.0),
        }
    }

    /// The cookbook's two shelves differ in the sign of the cosine, and of the middle coefficients.
    fn shelf(gain: f32, cos: f32, alpha: f32, side: f32) -> Self {
        let cos = side * cos;
        let (more, less) = (gain + 1.0, gain - 1.0);
        let slope = 2.0 * gain.sqrt() * alpha;
        Biquad::normal(
            [
                gain * (more - less * cos + slope),
                side * 2.0 * gain * (less - more * cos),
                gain * (more - less * cos - slope),
            ],
            [
                more + less * cos + slope,
                side * -2.0 * (less + more * cos),
                more + less * cos - slope,
            ],
        )
    }

    fn normal(b: [f32; 3], [a0, a1, a2]: [f32; 3]) -> Self {
        Biquad {
            b: b.map(|b| b / a0),
            a: [a1 / a0, a2 / a0],
        }
    }

    /// By which factor it makes a sine of this frequency louder.
    pub(crate) fn response(&self, frequency: f32, rate: f32) -> f32 {
        let w = TAU * frequency / rate;
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        let size = |c0: f32, c1: f32, c2: f32| {
            let real = c0 + c1 * libm::cosf(w) + c2 * libm::cosf(2.0 * w);
            let imaginary = c1 * libm::sinf(w) + c2 * libm::sinf(2.0 * w);
            real * real + imaginary * imaginary
        };
        (size(b0, b1, b2) / size(1.0, a1, a2)).sqrt()
    }
}

/// What a filter remembers of one channel, in the transposed direct form II.
#[derive(Clone, Debug, Default)]
pub(crate) struct State([f32; 2]);

impl State {
    /// Filters some frames in place.
    pub(crate) fn run(&mut self, filter: &Biquad, frames: &mut [f32]) {
        let [mut first, mut second] = self.0;
        let [b0, b1, b2] = filter.b;
        let [a1, a2] = filter.a;
        for frame in frames {
            let input = *frame;
            let output = b0 * input + first;
            first = flush(b1 * input - a1 * output + second);
            second = flush(b2 * input - a2 * output);
            *frame = output;
        }
        self.0 = [first, second];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::decibels;

    const RATE: f32 = 48_000.0;

    #[test]
    fn shapes_do_what_they_promise_at_the_ends_and_in_the_middle() {
        let at = |shape, frequency| {
            let filter = Biquad::new(shape, 1000.0, 0.707, 9.0, RATE);
            decibels(filter.response(frequency, RATE))
        };
        let near = |value: f32, expected: f32| (value - expected).abs() < 0.1;
        assert!(near(at(Shape::LowShelf, 20.0), 9.0));
        assert!(near(at(Shape::LowShelf, 1000.0), 4.5));
        assert!(near(at(Shape::LowShelf, 20_000.0), 0.0));
        assert!(near(at(Shape::HighShelf, 20.0), 0.0));
        assert!(near(at(Shape::HighShelf, 1000.0), 4.5));
        assert!(near(at(Shape::HighShelf, 20_000.0), 9.0));
        assert!(near(at(Shape::Peak, 1000.0), 9.0));
        assert!(near(at(Shape::Peak, 20.0), 0.0));
        assert!(near(at(Shape::LowPass, 20.0), 0.0));
        assert!(near(at(Shape::LowPass, 1000.0), -3.0));
        assert!(at(Shape::LowPass, 10_000.0) < -38.0);
    }

    #[test]
    fn sines_come_out_as_loud_as_the_response_says() {
        let filter = Biquad::new(Shape::Peak, 1200.0, 1.3, -8.0, RATE);
        for frequency in [200.0, 900.0, 1200.0, 3000.0, 9000.0] {
            let step = TAU * frequency / RATE;
            let mut frames: Vec<f32> = (0..48_000).map(|at| libm::sinf(step * at as f32)).collect();
            State::default().run(&filter, &mut frames);
            let late = &frames[24_000..];
            let power = late.iter().map(|frame| frame * frame).sum::<f32>() / late.len() as f32;
            let expected = filter.response(frequency, RATE);
            let heard = (2.0 * power).sqrt();
            assert!(
                (heard - expected).abs() < 0.01,
                "{frequency}: {heard} {expected}"
            );
        }
    }
}
