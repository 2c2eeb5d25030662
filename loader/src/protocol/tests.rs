//! The protocol under loom, in every order of events, and under real threads, many times.
//!
//! Run the first with `RUSTFLAGS="--cfg loom" cargo test -p wasm-cleave --release --lib protocol`.

use super::once::OnceBox;
use super::publish::{Claimed, Publication, Seen};

#[cfg(loom)]
use loom::{
    cell::UnsafeCell,
    sync::{Arc, atomic::AtomicU32},
    thread,
};
#[cfg(not(loom))]
use std::{
    sync::{Arc, atomic::AtomicU32},
    thread,
};

use std::sync::atomic::Ordering;

/// Memory that a thread may use only if it is ordered after the last writer: loom proves it, or fails the test.
#[cfg(not(loom))]
#[derive(Default)]
struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(loom))]
impl<T> UnsafeCell<T> {
    fn new(value: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// What `init` writes.
const INITIAL: u32 = 40;
/// What the bytes say.
const CODE: u32 = 7;

/// A chunk in a memory.
struct Program {
    publication: Publication<UnsafeCell<u32>>,
    /// The chunk's data.
    data: UnsafeCell<u32>,
    /// An object made by the chunk: 0 while there is none.
    object: AtomicU32,
    written: AtomicU32,
}

// SAFETY: `data` is what the protocol protects, which is what these tests are about.
unsafe impl Sync for Program {}
// SAFETY: it holds numbers only.
unsafe impl Send for Program {}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lives,
    FailsInWriting,
    DiesBeforeWriting,
    DiesAfterWriting,
}

impl Program {
    fn new() -> Arc<Self> {
        Arc::new(Program {
            publication: Publication::new(),
            data: UnsafeCell::new(0),
            object: AtomicU32::new(0),
            written: AtomicU32::new(0),
        })
    }

    /// An explicit load. True if the chunk is ready then.
    fn load(&self, fate: Fate) -> bool {
        // Steps 1 and 2.
        if self.publication.bytes().is_none() {
            self.publication.offer(UnsafeCell::new(CODE));
        }
        self.link();
        let mut claimed = self.publication.claim();
        loop {
            match claimed {
                Claimed::Ready => return true,
                Claimed::Theirs(seen) => claimed = self.watch(seen),
                Claimed::Mine(claim) => {
                    match fate {
                        Fate::FailsInWriting => {
                            self.init();
                            return false;
                        }
                        Fate::DiesBeforeWriting => {
                            std::mem::forget(claim);
                            return false;
                        }
                        Fate::Lives | Fate::DiesAfterWriting => {}
                    }
                    self.init();
                    if fate == Fate::DiesAfterWriting {
                        std::mem::forget(claim);
                        return false;
                    }
                    assert_eq!(claim.ready(), Ok(()));
                    return true;
                }
            }
        }
    }

    /// A waiter looks again; the test decides that another thread is dead.
    fn watch(&self, _: Seen) -> Claimed<'_, UnsafeCell<u32>> {
        thread::yield_now();
        self.publication.claim()
    }

    /// Step 4.
    fn init(&self) {
        self.written.fetch_add(1, Ordering::Relaxed);
        // SAFETY: only the owner of the claim is here.
        self.data.with_mut(|data| unsafe { *data = INITIAL });
    }

    /// What `ensure` does, too.
    fn link(&self) {
        let bytes = self.publication.bytes().map(|bytes| {
            // SAFETY: bytes that are published are never written again.
            bytes.with(|bytes| unsafe { *bytes })
        });
        assert_eq!(bytes, Some(CODE));
    }

    /// A function of the chunk changes its data and makes an object.
    fn run_and_make_object(&self) {
        // SAFETY: the chunk is ready, and one thread of a test calls this.
        self.data.with_mut(|data| unsafe { *data += 1 });
        self.object.store(1, Ordering::Release);
    }

    /// A stub: somebody calls the object, if there is one.
    fn call_object(&self) -> bool {
        if self.object.load(Ordering::Acquire) == 0 {
            return false;
        }
        assert!(
            self.publication.is_ready(),
            "an object is reached before its chunk is ready"
        );
        self.link();
        // SAFETY: the object's maker has stopped writing.
        let data = self.data.with(|data| unsafe { *data });
        assert_eq!(data, INITIAL + 1);
        true
    }
}

pub(super) fn model(test: impl Fn() + Sync + Send + 'static) {
    #[cfg(loom)]
    loom::model(test);
    #[cfg(not(loom))]
    for _ in 0..2_000 {
        test();
    }
}

#[test]
fn two_publishers_write_once() {
    model(|| {
        let program = Program::new();
        let other = {
            let program = program.clone();
            thread::spawn(move || assert!(program.load(Fate::Lives)))
        };
        assert!(program.load(Fate::Lives));
        other.join().unwrap();
        assert_eq!(program.written.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_late_thread_finds_the_data_as_the_program_left_it() {
    model(|| {
        let program = Program::new();
        let other = {
            let program = program.clone();
            thread::spawn(move || {
                assert!(program.load(Fate::Lives));
                program.call_object();
            })
        };
        assert!(program.load(Fate::Lives));
        program.run_and_make_object();
        other.join().unwrap();
        assert!(program.load(Fate::Lives) && program.call_object());
        assert_eq!(program.written.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_stub_that_races_with_a_load_finds_all_it_needs() {
    model(|| {
        let program = Program::new();
        let stub = {
            let program = program.clone();
            thread::spawn(move || program.call_object())
        };
        let loader = {
            let program = program.clone();
            thread::spawn(move || assert!(program.load(Fate::Lives)))
        };
        assert!(program.load(Fate::Lives));
        program.run_and_make_object();
        stub.join().unwrap();
        loader.join().unwrap();
        assert!(program.call_object());
    });
}

#[test]
fn after_a_failure_another_thread_publishes() {
    model(|| {
        let program = Program::new();
        let other = {
            let program = program.clone();
            thread::spawn(move || program.load(Fate::FailsInWriting))
        };
        assert!(program.load(Fate::Lives));
        let was_late = other.join().unwrap();
        assert!(program.publication.is_ready());
        let by_the_other = u32::from(!was_late);
        assert_eq!(program.written.load(Ordering::Relaxed), 1 + by_the_other);
    });
}

#[test]
fn a_failed_load_can_be_tried_again() {
    model(|| {
        let program = Program::new();
        assert!(!program.load(Fate::FailsInWriting));
        assert!(!program.publication.is_ready());
        assert!(
            program.publication.bytes().is_some(),
            "nobody fetches again"
        );
        assert!(program.load(Fate::Lives));
    });
}

/// Two threads watch a claim whose owner is dead.
fn dies(fate: Fate) {
    model(move || {
        let program = Program::new();
        let victim = program.clone();
        thread::spawn(move || assert!(!victim.load(fate)))
            .join()
            .unwrap();
        let Claimed::Theirs(dead) = program.publication.claim() else {
            panic!("the claim of the dead is there");
        };
        let heirs: Vec<_> = (0..2)
            .map(|_| {
                let program = program.clone();
                thread::spawn(move || {
                    let mut claimed = program.publication.take_over(dead);
                    loop {
                        match claimed {
                            Claimed::Ready => return,
                            Claimed::Theirs(seen) => {
                                assert_ne!(seen, dead);
                                claimed = program.watch(seen);
                            }
                            Claimed::Mine(claim) => {
                                program.init();
                                assert_eq!(claim.ready(), Ok(()));
                                return;
                            }
                        }
                    }
                })
            })
            .collect();
        for heir in heirs {
            heir.join().unwrap();
        }
        assert!(program.publication.is_ready());
        let by_the_dead = u32::from(fate == Fate::DiesAfterWriting);
        assert_eq!(program.written.load(Ordering::Relaxed), 1 + by_the_dead);
        program.run_and_make_object();
        assert!(program.call_object());
    });
}

#[test]
fn a_publisher_that_dies_before_writing_is_followed_by_one_other() {
    dies(Fate::DiesBeforeWriting);
}

#[test]
fn a_publisher_that_dies_after_writing_is_followed_by_one_other() {
    dies(Fate::DiesAfterWriting);
}

#[test]
fn a_claim_that_was_taken_over_does_not_count() {
    model(|| {
        let program = Program::new();
        program.publication.offer(UnsafeCell::new(CODE));
        let Claimed::Mine(slow) = program.publication.claim() else {
            panic!("nobody else is there");
        };
        let Claimed::Theirs(seen) = program.publication.claim() else {
            panic!("it is claimed");
        };
        let Claimed::Mine(heir) = program.publication.take_over(seen) else {
            panic!("it can be taken over");
        };
        assert!(matches!(
            program.publication.take_over(seen),
            Claimed::Theirs(now) if now != seen
        ));
        assert!(slow.ready().is_err(), "the slow one gets an error");
        assert!(!program.publication.is_ready());
        assert_eq!(heir.ready(), Ok(()));
        assert!(program.publication.is_ready());
    });
}

#[test]
fn of_many_values_one_is_kept() {
    model(|| {
        let once = Arc::new(OnceBox::new());
        let other = {
            let once = once.clone();
            thread::spawn(move || *once.offer(1))
        };
        let mine = *once.offer(2);
        assert_eq!(other.join().unwrap(), mine);
        assert_eq!(once.get(), Some(&mine));
    });
}
