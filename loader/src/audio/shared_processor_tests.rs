//! The border between page and audio thread: what travels over it, and, under loom, which side touches what when.

#[cfg(not(loom))]
mod rings {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::super::block::{Input, Output, Shape};
    use super::super::param::{Param, Params};
    use super::super::process_context::ProcessContext;
    use super::super::processor::{ProcessStatus, Processor};
    use super::super::shared_processor::{PageQueues, Rendered, SharedProcessor, prepare};

    const LEVEL: Param = Param::new("level", 1.0);

    /// Repeats each command, keeps the newest, and ends when that is 0.
    struct Echo {
        newest: Arc<u32>,
        seen: Arc<AtomicU32>,
    }

    impl Processor for Echo {
        type Command = Arc<u32>;
        type Event = u32;

        fn command(&mut self, command: &mut Arc<u32>, context: &mut ProcessContext<'_, u32>) {
            std::mem::swap(&mut self.newest, command);
            let _ = context.emit(*self.newest);
        }

        fn process(
            &mut self,
            inputs: &[Input],
            outputs: &mut [Output],
            params: &Params,
            context: &mut ProcessContext<'_, u32>,
        ) -> ProcessStatus {
            assert_eq!((inputs.len(), outputs.len()), (1, 1));
            assert_eq!(params.values(&LEVEL).len(), 0);
            self.seen.store(context.frame() as u32, Ordering::Relaxed);
            match *self.newest {
                0 => ProcessStatus::End,
                _ => ProcessStatus::KeepAlive,
            }
        }
    }

    fn echo(capacity: usize) -> (Arc<SharedProcessor>, PageQueues<Echo>, Arc<AtomicU32>) {
        let shape = Shape {
            frames: 128,
            inputs: vec![2],
            params: &[LEVEL],
            outputs: vec![2],
        };
        let seen = Arc::new(AtomicU32::new(0));
        let processor = Echo {
            newest: Arc::new(100),
            seen: seen.clone(),
        };
        let (shared, queues, addresses) = prepare(processor, &shape, 48_000.0, capacity);
        assert_eq!(addresses.processor, Arc::as_ptr(&shared) as usize);
        assert!(addresses.samples != 0 && addresses.counts != 0);
        (shared, queues, seen)
    }

    fn render(shared: &SharedProcessor, frame: u64) -> Rendered {
        // SAFETY: the tests below render on one thread, and not after the end.
        unsafe { shared.render(frame) }
    }

    const QUIET: Rendered = Rendered {
        goes_on: true,
        has_emitted: false,
    };
    const EMITTED: Rendered = Rendered {
        goes_on: true,
        has_emitted: true,
    };
    const OVER: Rendered = Rendered {
        goes_on: false,
        has_emitted: true,
    };

    #[test]
    fn commands_go_there_and_what_is_left_of_them_comes_back() {
        let (shared, mut queues, seen) = echo(2);
        assert_eq!(render(&shared, 128), QUIET);
        assert_eq!(seen.load(Ordering::Relaxed), 128);
        let (first, second) = (Arc::new(1), Arc::new(2));
        queues.send(first.clone()).unwrap();
        queues.send(second.clone()).unwrap();
        assert_eq!(queues.send(Arc::new(3)), Err(Arc::new(3)));
        let before = shared.seen();
        assert_eq!(render(&shared, 256), EMITTED);
        assert_ne!(shared.seen(), before);
        assert_eq!(
            (queues.event(), queues.event(), queues.event()),
            (Some(1), Some(2), None)
        );
        // The processor has put the first one into the place of the second, where it stays until somebody looks.
        assert_eq!(
            (Arc::strong_count(&first), Arc::strong_count(&second)),
            (2, 2)
        );
        assert!(queues.handled().is_some_and(|left| *left == 100));
        assert!(queues.handled().is_some_and(|left| *left == 1));
        assert!(queues.handled().is_none());
        assert_eq!(
            (Arc::strong_count(&first), Arc::strong_count(&second)),
            (1, 2)
        );
        queues.send(Arc::new(4)).unwrap();
    }

    #[test]
    fn events_without_room_stay_with_the_processor() {
        let (shared, mut queues, _) = echo(1);
        for n in 1..3 {
            queues.send(Arc::new(n)).unwrap();
            render(&shared, 0);
            assert!(queues.handled().is_some());
        }
        assert_eq!((queues.event(), queues.event()), (Some(1), None));
    }

    #[test]
    fn a_processor_queues_when_it_wants_to_or_is_dismissed() {
        let (shared, mut queues, _) = echo(1);
        queues.send(Arc::new(0)).unwrap();
        assert_eq!(render(&shared, 0), OVER);
        assert!(shared.has_left() && !shared.has_failed());

        let (shared, _queues, seen) = echo(1);
        shared.dismiss();
        assert!(!shared.has_left());
        assert_eq!(render(&shared, 128), OVER);
        assert!(shared.has_left());
        assert_eq!(seen.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_failure_is_an_end() {
        let (shared, _queues, _) = echo(1);
        shared.fail();
        assert!(shared.has_left() && shared.has_failed());
    }
}

#[cfg(loom)]
mod models {
    use loom::cell::UnsafeCell;
    use loom::model;
    use loom::sync::Arc;
    use loom::thread;

    use super::super::shared_processor::{Render, Rendered, SharedProcessor};

    struct Place(UnsafeCell<u32>);

    // SAFETY: that is what the models are about: loom sees which side comes too early.
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
                has_emitted: true,
            }
        }
    }

    #[test]
    fn the_page_touches_a_renderer_only_when_the_audio_thread_has_left_it() {
        model(|| {
            let touched = Place::new();
            let shared = Arc::new(SharedProcessor::new(Box::new(Touched(touched.clone()))));
            let theirs = shared.clone();
            let audio = thread::spawn(move || {
                // SAFETY: on this thread only, and not after the end.
                while unsafe { theirs.render(0) }.goes_on {
                    thread::yield_now();
                }
            });
            shared.dismiss();
            while !shared.has_left() {
                thread::yield_now();
            }
            touched.touch();
            audio.join().unwrap();
        });
    }

    #[test]
    fn a_page_that_sees_a_new_event_can_read_it() {
        model(|| {
            let touched = Place::new();
            let shared = Arc::new(SharedProcessor::new(Box::new(Touched(touched.clone()))));
            let theirs = shared.clone();
            let audio = thread::spawn(move || {
                // SAFETY: on this thread only.
                unsafe { theirs.render(0) };
            });
            while shared.seen() == 0 {
                thread::yield_now();
            }
            touched.touch();
            audio.join().unwrap();
        });
    }
}
