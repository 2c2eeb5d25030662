//! The effects in their order, each with its fader. Their list never grows past the memory that it has from the start.

use super::command::Id;
use crate::dsp::BLOCK;
use crate::dsp::smooth::Smooth;
use crate::effects::Effect;

/// As many effects as the rack has room for.
pub(crate) const SLOTS: usize = 8;

struct Slot {
    id: Id,
    effect: Box<dyn Effect>,
    /// How much of the effect is heard, and how little of what comes in.
    fade: Smooth,
}

pub(crate) struct Slots {
    list: Vec<Slot>,
    rate: f32,
    /// What came into an effect that is being faded.
    dry: [[f32; BLOCK]; 2],
}

impl Slots {
    pub(crate) fn new(rate: f32) -> Self {
        Slots {
            list: Vec::with_capacity(SLOTS),
            rate,
            dry: [[0.0; BLOCK]; 2],
        }
    }

    /// Takes an effect out of `effect`, if there is room.
    pub(crate) fn add(&mut self, id: Id, effect: &mut Option<Box<dyn Effect>>) {
        if self.list.len() == SLOTS {
            return;
        }
        let Some(effect) = effect.take() else {
            return;
        };
        let mut fade = Smooth::new(0.0, 1.0, self.rate);
        fade.set(1.0);
        self.list.push(Slot { id, effect, fade });
    }

    pub(crate) fn remove(&mut self, id: Id) -> Option<Box<dyn Effect>> {
        let place = self.place(id)?;
        Some(self.list.remove(place).effect)
    }

    pub(crate) fn move_before(&mut self, id: Id, before: Option<Id>) {
        if let Some(place) = self.place(id) {
            let slot = self.list.remove(place);
            let place = before.and_then(|before| self.place(before));
            self.list.insert(place.unwrap_or(self.list.len()), slot);
        }
    }

    pub(crate) fn enable(&mut self, id: Id, is_on: bool) {
        if let Some(place) = self.place(id) {
            self.list[place].fade.set(if is_on { 1.0 } else { 0.0 });
        }
    }

    pub(crate) fn set(&mut self, id: Id, parameter: usize, value: f32) {
        if let Some(place) = self.place(id) {
            self.list[place].effect.set(parameter, value);
        }
    }

    pub(crate) fn key(&mut self, key: u8, is_down: bool) {
        for slot in &mut self.list {
            slot.effect.key(key, is_down);
        }
    }

    fn place(&self, id: Id) -> Option<usize> {
        self.list.iter().position(|slot| slot.id == id)
    }

    pub(crate) fn reductions(&self) -> [Option<(Id, f32)>; SLOTS] {
        std::array::from_fn(|place| {
            let slot = self.list.get(place)?;
            Some((slot.id, slot.effect.reduction()))
        })
    }

    /// Sends a block through all effects. One that is faded out goes on running, so that its tail is right when it comes
    /// back.
    pub(crate) fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let [dry_left, dry_right] = self.dry.each_mut().map(|dry| &mut dry[..left.len()]);
        for slot in &mut self.list {
            let is_whole = slot.fade.rests() && slot.fade.now() == 1.0;
            if is_whole {
                slot.effect.process(left, right);
                continue;
            }
            dry_left.copy_from_slice(left);
            dry_right.copy_from_slice(right);
            slot.effect.process(left, right);
            let frames = left.iter_mut().zip(&mut *right);
            for ((left, right), dry) in frames.zip(dry_left.iter().zip(&*dry_right)) {
                let fade = slot.fade.next();
                *left = dry.0 + fade * (*left - dry.0);
                *right = dry.1 + fade * (*right - dry.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::parameter::Parameter;
    use crate::effects::{Face, Mark};

    /// Adds a number, and then doubles, or only adds: the order of two can be told from the result.
    struct Step {
        add: f32,
        times: f32,
    }

    /// Nothing to be set, and nothing to be seen.
    struct Blank;

    impl Face for Blank {
        fn parameters(&self) -> &'static [Parameter] {
            &[]
        }

        fn draw(&self, _values: &[f32], _heights: &mut [f32]) {}

        fn marks(&self) -> &'static [Mark] {
            &[]
        }
    }

    impl Effect for Step {
        fn face(&self) -> Box<dyn Face> {
            Box::new(Blank)
        }

        fn set(&mut self, _parameter: usize, value: f32) {
            self.add = value;
        }

        fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
            for frame in left.iter_mut().chain(right) {
                *frame = (*frame + self.add) * self.times;
            }
        }

        fn reduction(&self) -> f32 {
            self.add
        }
    }

    fn rack() -> Slots {
        let mut slots = Slots::new(1000.0);
        for (id, add, times) in [(1, 1.0, 1.0), (2, 0.0, 2.0), (3, 10.0, 1.0)] {
            let mut effect: Option<Box<dyn Effect>> = Some(Box::new(Step { add, times }));
            slots.add(Id(id), &mut effect);
            assert!(effect.is_none());
        }
        slots
    }

    /// What becomes of silence, once the faders rest.
    fn rest(slots: &mut Slots) -> f32 {
        let mut last = 0.0;
        for _ in 0..8 {
            let [mut left, mut right] = [[0.0; BLOCK]; 2];
            slots.process(&mut left, &mut right);
            assert_eq!(left, right);
            last = left[BLOCK - 1];
        }
        last
    }

    #[test]
    fn effects_work_in_their_order() {
        let mut slots = rack();
        assert_eq!(rest(&mut slots), 12.0);
        slots.move_before(Id(3), Some(Id(1)));
        assert_eq!(rest(&mut slots), 22.0);
        slots.move_before(Id(3), None);
        assert_eq!(rest(&mut slots), 12.0);
        assert!(slots.remove(Id(2)).is_some());
        assert!(slots.remove(Id(2)).is_none());
        assert_eq!(rest(&mut slots), 11.0);
        slots.set(Id(1), 0, 5.0);
        assert_eq!(rest(&mut slots), 15.0);
        assert_eq!(
            slots.reductions()[..3],
            [Some((Id(1), 5.0)), Some((Id(3), 10.0)), None]
        );
    }

    #[test]
    fn faders_slide_and_take_an_effect_out_of_the_sound() {
        let mut slots = rack();
        rest(&mut slots);
        slots.enable(Id(3), false);
        let [mut left, mut right] = [[0.0; 64]; 2];
        slots.process(&mut left, &mut right);
        assert!(
            left.windows(2)
                .all(|pair| pair[1] < pair[0] && pair[0] - pair[1] < 0.7)
        );
        assert_eq!(rest(&mut slots), 2.0);
        slots.enable(Id(3), true);
        assert_eq!(rest(&mut slots), 12.0);
    }

    #[test]
    fn when_it_is_full_an_effect_stays_in_its_command() {
        let mut slots = rack();
        let memory = slots.list.as_ptr();
        for id in 4..12 {
            let mut effect: Option<Box<dyn Effect>> = Some(Box::new(Step {
                add: 0.0,
                times: 1.0,
            }));
            slots.add(Id(id), &mut effect);
            assert_eq!(effect.is_some(), id > SLOTS as u32, "{id}");
        }
        assert_eq!(slots.list.as_ptr(), memory);
    }
}
