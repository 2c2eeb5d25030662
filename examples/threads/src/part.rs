//! The parts of the program that are splits, and the thread that ran each first.

use std::sync::atomic::{AtomicU32, Ordering};

use wasm_cleave::{Split, split};

/// A split of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Decode,
    Resize,
    Overlay,
    Paint,
    Tone,
    Clarity,
    Denoise,
    Ink,
}

/// Something that computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thread {
    Page,
    /// With its number in the pool.
    Pool(usize),
}

impl Thread {
    /// The one that asks.
    pub(crate) fn current() -> Self {
        rayon::current_thread_index().map_or(Thread::Page, Thread::Pool)
    }

    /// A number that is never 0.
    pub(crate) fn code(self) -> u32 {
        match self {
            Thread::Page => 1,
            Thread::Pool(index) => index as u32 + 2,
        }
    }

    /// The thread that has this code; none has 0.
    pub(crate) fn of_code(code: u32) -> Option<Self> {
        match code {
            0 => None,
            1 => Some(Thread::Page),
            _ => Some(Thread::Pool(code as usize - 2)),
        }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Thread::Page => String::from("page"),
            Thread::Pool(index) => {
                let mut name = String::from("thread ");
                name.push_str(&(index + 1).to_string());
                name
            }
        }
    }
}

/// When something was used first, as a number in the order of all first uses, and by which thread.
struct FirstUse(AtomicU32);

static USES: AtomicU32 = AtomicU32::new(1);

/// The code of the thread takes these bits, the number those above.
const CODE_BITS: u32 = 16;

impl FirstUse {
    const fn new() -> Self {
        FirstUse(AtomicU32::new(0))
    }

    /// This thread uses it now.
    fn note(&self) {
        // Relaxed throughout: the number stands for itself.
        if self.0.load(Ordering::Relaxed) == 0 {
            let order = USES.fetch_add(1, Ordering::Relaxed);
            let noted = order << CODE_BITS | Thread::current().code();
            // Who comes second leaves what is there.
            let _ = (self.0).compare_exchange(0, noted, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    fn get(&self) -> Option<(u32, Thread)> {
        let noted = self.0.load(Ordering::Relaxed);
        let thread = Thread::of_code(noted & ((1 << CODE_BITS) - 1))?;
        Some((noted >> CODE_BITS, thread))
    }
}

const COUNT: usize = 8;

static FIRST: [FirstUse; COUNT] = [const { FirstUse::new() }; COUNT];

impl Part {
    pub(crate) const ALL: [Part; COUNT] = [
        Part::Decode,
        Part::Resize,
        Part::Overlay,
        Part::Paint,
        Part::Tone,
        Part::Clarity,
        Part::Denoise,
        Part::Ink,
    ];

    /// As the attribute has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Part::Decode => "decode",
            Part::Resize => "resize",
            Part::Overlay => "overlay",
            Part::Paint => "paint",
            Part::Tone => "tone",
            Part::Clarity => "clarity",
            Part::Denoise => "denoise",
            Part::Ink => "ink",
        }
    }

    /// For loading it ahead of its use.
    pub(crate) fn split(self) -> Split {
        match self {
            Part::Decode => split!(decode),
            Part::Resize => split!(resize),
            Part::Overlay => split!(overlay),
            Part::Paint => split!(paint),
            Part::Tone => split!(tone),
            Part::Clarity => split!(clarity),
            Part::Denoise => split!(denoise),
            Part::Ink => split!(ink),
        }
    }

    /// To be called by the part's code as the first thing it does.
    pub(crate) fn used(self) {
        FIRST[self as usize].note();
    }

    /// The order and the thread of its first use, if there was any.
    pub(crate) fn first_use(self) -> Option<(u32, Thread)> {
        FIRST[self as usize].get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_keep_their_codes() {
        for thread in [Thread::Page, Thread::Pool(0), Thread::Pool(300)] {
            assert_eq!(Thread::of_code(thread.code()), Some(thread));
        }
        assert_eq!(Thread::of_code(0), None);
    }

    #[test]
    fn parts_lie_in_the_order_of_their_numbers() {
        for (position, part) in Part::ALL.into_iter().enumerate() {
            assert_eq!(part as usize, position);
        }
    }

    #[test]
    fn the_first_use_stays() {
        let first = FirstUse::new();
        assert_eq!(first.get(), None);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
        pool.unwrap().install(|| first.note());
        let noted = first.get().unwrap();
        assert_ne!(noted.1, Thread::Page);
        first.note();
        assert_eq!(first.get(), Some(noted));
    }
}
