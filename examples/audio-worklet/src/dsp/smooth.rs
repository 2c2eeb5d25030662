//! Values that go to where they are set, instead of jumping: what the ear would hear as a click becomes a slide.

use super::keep;

/// How fast a value gets there, in seconds until a third of the way is left.
const SECONDS: f32 = 0.015;

/// A value on its way.
#[derive(Clone, Debug)]
pub(crate) struct Smooth {
    now: f32,
    target: f32,
    keep: f32,
    /// The distance from which on it has arrived.
    near: f32,
}

impl Smooth {
    /// One that rests; `range` is the distance between the values that it can have.
    pub(crate) fn new(value: f32, range: f32, rate: f32) -> Self {
        Smooth {
            now: value,
            target: value,
            keep: keep(SECONDS, rate),
            near: range * 1e-4,
        }
    }

    /// Where it shall go.
    pub(crate) fn set(&mut self, target: f32) {
        self.target = target;
    }

    /// The value one frame later.
    pub(crate) fn next(&mut self) -> f32 {
        let distance = (self.now - self.target) * self.keep;
        let next = self.target + distance;
        // Where numbers are too coarse for such a small step, that is the end of the way too.
        self.now = match distance.abs() < self.near || next == self.now {
            true => self.target,
            false => next,
        };
        self.now
    }

    pub(crate) fn now(&self) -> f32 {
        self.now
    }

    /// Whether it has arrived.
    pub(crate) fn rests(&self) -> bool {
        self.now == self.target
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_slides_and_arrives() {
        let mut value = Smooth::new(0.0, 1.0, 48_000.0);
        value.set(1.0);
        let mut last = 0.0;
        let mut frames = 0;
        while !value.rests() {
            let next = value.next();
            assert!(next > last && next - last < 0.01, "{last} {next}");
            last = next;
            frames += 1;
        }
        assert_eq!(value.now(), 1.0);
        assert!((4800..14_400).contains(&frames), "{frames}");
    }
}
