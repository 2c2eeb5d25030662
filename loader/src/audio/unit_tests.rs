//! The border between page and audio thread: what travels over it, and, under loom, who touches what when.

#[cfg(not(loom))]
mod rings {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::super::block::{Input, Output, Params, Shape};
    use super::super::host::Host;
    use super::super::processor::Processor;
    use super::super::unit::{Ends, Rendered, Unit, prepare};

    /// Says each command again, keeps the newest, and ends when it is told 0.
    struct Echo {
        newest: Arc<u32>,
        seen: Arc<AtomicU32>,
    }

    impl Processor for Echo {
        type Command = Arc<u32>;
        type Event = u32;

        fn command(&mut self, command: &mut Arc<u32>, host: &mut Host<'_, u32>) {
            std::mem::swap(&mut self.newest, command);
            let _ = host.emit(*self.newest);
        }

        fn process(
            &mut self,
            inputs: &[Input],
            outputs: &mut [Output],
            params: &Params,
            host: &mut Host<'_, u32>,
        ) -> bool {
            assert_eq!((inputs.len(), outputs.len()), (1, 1));
            assert_eq!(params.values(0).len(), 0);
            self.seen.store(host.frame() as u32, Ordering::Relaxed);
            *self.newest != 0
        }
    }

    fn echo(room: usize) -> (Arc<Unit>, Ends<Echo>, Arc<AtomicU32>) {
        let shape = Shape {
            frames: 128,
            inputs: vec![2],
            params: 1,
            outputs: vec![2],
        };
        let seen = Arc::new(AtomicU32::new(0));
        let processor = Echo {
            newest: Arc::new(100),
            seen: seen.clone(),
        };
        let (unit, ends, addresses) = prepare(processor, &shape, 48_000.0, room);
        assert_eq!(addresses.unit, Arc::as_ptr(&unit) as usize);
        assert!(addresses.samples != 0 && addresses.counts != 0);
        (unit, ends, seen)
    }

    fn render(unit: &Unit, frame: u64) -> Rendered {
        // SAFETY: the tests below render on one thread, and not after the end.
        unsafe { unit.render(frame) }
    }

    const QUIET: Rendered = Rendered {
        goes_on: true,
        has_told: false,
    };
    const TOLD: Rendered = Rendered {
        goes_on: true,
        has_told: true,
    };
    const OVER: Rendered = Rendered {
        goes_on: false,
        has_told: true,
    };

    #[test]
    fn commands_go_there_and_what_is_left_of_them_comes_back() {
        let (unit, mut ends, seen) = echo(2);
        assert_eq!(render(&unit, 128), QUIET);
        assert_eq!(seen.load(Ordering::Relaxed), 128);
        let (first, second) = (Arc::new(1), Arc::new(2));
        ends.send(first.clone()).unwrap();
        ends.send(second.clone()).unwrap();
        assert_eq!(ends.send(Arc::new(3)), Err(Arc::new(3)));
        let before = unit.seen();
        assert_eq!(render(&unit, 256), TOLD);
        assert_ne!(unit.seen(), before);
        assert_eq!(
            (ends.event(), ends.event(), ends.event()),
            (Some(1), Some(2), None)
        );
        // The processor has put the first one into the place of the second, where it stays until somebody looks.
        assert_eq!(
            (Arc::strong_count(&first), Arc::strong_count(&second)),
            (2, 2)
        );
        assert!(ends.obeyed().is_some_and(|left| *left == 100));
        assert!(ends.obeyed().is_some_and(|left| *left == 1));
        assert!(ends.obeyed().is_none());
        assert_eq!(
            (Arc::strong_count(&first), Arc::strong_count(&second)),
            (1, 2)
        );
        ends.send(Arc::new(4)).unwrap();
    }

    #[test]
    fn events_without_room_stay_with_the_processor() {
        let (unit, mut ends, _) = echo(1);
        for n in 1..3 {
            ends.send(Arc::new(n)).unwrap();
            render(&unit, 0);
            assert!(ends.obeyed().is_some());
        }
        assert_eq!((ends.event(), ends.event()), (Some(1), None));
    }

    #[test]
    fn a_processor_ends_when_it_wants_to_or_is_dismissed() {
        let (unit, mut ends, _) = echo(1);
        ends.send(Arc::new(0)).unwrap();
        assert_eq!(render(&unit, 0), OVER);
        assert!(unit.has_left() && !unit.has_failed());

        let (unit, _ends, seen) = echo(1);
        unit.dismiss();
        assert!(!unit.has_left());
        assert_eq!(render(&unit, 128), OVER);
        assert!(unit.has_left());
        assert_eq!(seen.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_failure_is_an_end() {
        let (unit, _ends, _) = echo(1);
        unit.fail();
        assert!(unit.has_left() && unit.has_failed());
    }
}

#[cfg(loom)]
mod models {
    use loom::cell::UnsafeCell;
    use loom::model;
    use loom::sync::Arc;
    use loom::thread;

    use super::super::unit::{Render, Rendered, Unit};

    struct Place(UnsafeCell<u32>);

    // SAFETY: that is what the models are about: loom sees who comes too early.
    unsafe impl Sync for Place {}
    // SAFETY: as above.
    unsafe impl Send for Place {}

    impl Place {
        fn new() -> Arc<Self> {
            Arc::new(Place(UnsafeCell::new(0)))
        }

        fn touch(&self) {
            // SAFETY: as above.
            self.0.with_mut(|touched| unsafe { *touched += 1 });
        }
    }

    /// What the audio thread writes and the page drops.
    struct Touched(Arc<Place>);

    impl Render for Touched {
        fn render(&mut self, _: u64) -> Rendered {
            self.0.touch();
            Rendered {
                goes_on: true,
                has_told: true,
            }
        }
    }

    #[test]
    fn the_page_touches_a_renderer_only_when_the_audio_thread_has_left_it() {
        model(|| {
            let touched = Place::new();
            let unit = Arc::new(Unit::new(Box::new(Touched(touched.clone()))));
            let theirs = unit.clone();
            let audio = thread::spawn(move || {
                // SAFETY: on this thread only, and not after the end.
                while unsafe { theirs.render(0) }.goes_on {
                    thread::yield_now();
                }
            });
            unit.dismiss();
            while !unit.has_left() {
                thread::yield_now();
            }
            touched.touch();
            audio.join().unwrap();
        });
    }

    #[test]
    fn who_sees_that_something_was_told_sees_what() {
        model(|| {
            let touched = Place::new();
            let unit = Arc::new(Unit::new(Box::new(Touched(touched.clone()))));
            let theirs = unit.clone();
            let audio = thread::spawn(move || {
                // SAFETY: on this thread only.
                unsafe { theirs.render(0) };
            });
            while unit.seen() == 0 {
                thread::yield_now();
            }
            touched.touch();
            audio.join().unwrap();
        });
    }
}
