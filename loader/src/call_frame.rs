//! The argument pack of a split function, and how it gets to the entry in the chunk and back.
//!
//! A closure *is* the pack: it holds the arguments, and its code is reached through [`Entry::enter`] alone, so that
//! main, which builds, moves and drops it, knows nothing of what it does.

use std::future::{Future, Pending};
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::LoadError;
use crate::load::{self, Load};
use crate::target::Target;

/// What a split function is going to do once its chunks are there. Written by the attribute, not by hand.
///
/// The types that implement it are `Send` where all arguments are. Sealed: the attribute makes them.
pub trait Body: Sized + sealed::Sealed {
    /// What awaiting the call gives.
    type Out;

    /// What running the function gives: [`Body::Out`], or for an `async fn` the future that leads there.
    type Ran;

    /// What is left to wait for after running: [`Body::Ran`] of an `async fn`; there is none of it otherwise.
    type Rest: Future<Output = Self::Out> + Unpin;

    #[doc(hidden)]
    fn target() -> EntryTarget;

    /// # Safety
    /// All that [`Body::target`] needs is loaded.
    #[doc(hidden)]
    unsafe fn run(self) -> Self::Ran;

    #[doc(hidden)]
    fn rest(ran: Self::Ran) -> Result<Self::Out, Self::Rest>;
}

mod sealed {
    pub trait Sealed {}

    impl<M, F> Sealed for super::Plain<M, F> {}
    impl<M, F> Sealed for super::Async<M, F> {}
}

/// One split point: the attribute implements it for a type of its own.
///
/// # Safety
/// `enter` does nothing but call its marker import and then [`Frame::run`], and is never inlined.
#[doc(hidden)]
pub unsafe trait Entry {
    /// # Safety
    /// As for [`Frame::run`].
    unsafe extern "C-unwind" fn enter<F: FnOnce() -> R, R>(frame: *mut Frame<F, R>);
}

/// What the caller and the entry share: the pack on the way in, the result on the way out.
#[doc(hidden)]
pub struct Frame<F, R> {
    body: ManuallyDrop<F>,
    result: MaybeUninit<R>,
}

impl<F: FnOnce() -> R, R> Frame<F, R> {
    /// # Safety
    /// `frame` is valid for reads and writes, its body has not been run, and nobody else uses it meanwhile.
    pub unsafe fn run(frame: *mut Self) {
        // SAFETY: the caller's promise.
        let frame = unsafe { &mut *frame };
        // SAFETY: the body has not been run, so it is there; nobody takes it again.
        let body = unsafe { ManuallyDrop::take(&mut frame.body) };
        frame.result.write(body());
    }
}

/// Where an entry is, for the loader.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct EntryTarget(Target);

impl EntryTarget {
    #[cfg(target_family = "wasm")]
    fn of<M: Entry, F: FnOnce() -> R, R>() -> Self {
        EntryTarget(Target::Entry(slot::<M, F, R>()))
    }

    /// Other targets have no chunks: everything is loaded.
    #[cfg(not(target_family = "wasm"))]
    #[expect(clippy::extra_unused_type_parameters, reason = "on wasm they are used")]
    fn of<M: Entry, F: FnOnce() -> R, R>() -> Self {
        EntryTarget(Target::Split(None))
    }

    pub(crate) fn load(self) -> Load {
        load::load(self.0)
    }

    pub(crate) fn is_loaded(self) -> bool {
        load::is_loaded(self.0)
    }

    pub(crate) fn load_blocking(self) -> Result<(), LoadError> {
        load::load_blocking(self.0)
    }
}

/// On wasm the value of a function pointer is its slot.
#[cfg(target_family = "wasm")]
fn slot<M: Entry, F: FnOnce() -> R, R>() -> crate::ids::Slot {
    let entry: unsafe extern "C-unwind" fn(*mut Frame<F, R>) = M::enter::<F, R>;
    crate::ids::Slot(entry as usize as u32)
}

/// # Safety
/// The chunks of `M`'s split are loaded.
unsafe fn run<M: Entry, F: FnOnce() -> R, R>(body: F) -> R {
    let mut frame = Frame {
        body: ManuallyDrop::new(body),
        result: MaybeUninit::uninit(),
    };
    // SAFETY: the entry in that slot is `M`'s for this very frame; its chunks are loaded, as the caller promises.
    #[cfg(target_family = "wasm")]
    unsafe {
        crate::runtime::call((&raw mut frame).cast(), slot::<M, F, R>());
    }
    // SAFETY: the frame is ours and new.
    #[cfg(not(target_family = "wasm"))]
    unsafe {
        M::enter(&raw mut frame);
    }
    // SAFETY: an entry that returns has run the body and written its result.
    unsafe { frame.result.assume_init() }
}

/// The pack of a plain function.
#[doc(hidden)]
pub struct Plain<M, F> {
    body: F,
    entry: PhantomData<fn() -> M>,
}

impl<M: Entry, F: FnOnce() -> R, R> Body for Plain<M, F> {
    type Out = R;
    type Ran = R;
    type Rest = Pending<R>;

    fn target() -> EntryTarget {
        EntryTarget::of::<M, F, R>()
    }

    unsafe fn run(self) -> R {
        // SAFETY: the caller's promise.
        unsafe { run::<M, F, R>(self.body) }
    }

    fn rest(ran: R) -> Result<R, Pending<R>> {
        Ok(ran)
    }
}

/// The pack of an `async fn`.
#[doc(hidden)]
pub struct Async<M, F> {
    body: F,
    entry: PhantomData<fn() -> M>,
}

impl<M: Entry, F: FnOnce() -> Boxed<T>, T: Future> Body for Async<M, F> {
    type Out = T::Output;
    type Ran = Boxed<T>;
    type Rest = Boxed<T>;

    fn target() -> EntryTarget {
        EntryTarget::of::<M, F, Boxed<T>>()
    }

    unsafe fn run(self) -> Boxed<T> {
        // SAFETY: the caller's promise.
        unsafe { run::<M, F, Boxed<T>>(self.body) }
    }

    fn rest(ran: Boxed<T>) -> Result<T::Output, Boxed<T>> {
        Err(ran)
    }
}

/// The future of an `async fn`, known to main as a trait object only, or all of the body would be part of main.
///
/// It is `Send` and `Sync` exactly where the future itself is.
#[doc(hidden)]
#[must_use = "futures do nothing until they are awaited"]
pub struct Boxed<T: Future> {
    future: ErasedFuture<T::Output>,
    real: PhantomData<T>,
}

type ErasedFuture<R> = Pin<Box<dyn Future<Output = R>>>;

impl<T: Future> Boxed<T> {
    /// Called by the body, in the chunk.
    pub fn new(future: T) -> Self {
        let future: Pin<Box<dyn Future<Output = T::Output> + '_>> = Box::pin(future);
        // SAFETY: this only forgets the lifetimes in `T`. They stay part of the type `Boxed<T>`, which owns the box
        // and never gives it away, so the box does not outlive them.
        let future = unsafe {
            std::mem::transmute::<
                Pin<Box<dyn Future<Output = T::Output> + '_>>,
                ErasedFuture<T::Output>,
            >(future)
        };
        Boxed {
            future,
            real: PhantomData,
        }
    }
}

// SAFETY: what the box holds is a `T`.
unsafe impl<T: Future + Send> Send for Boxed<T> {}

// SAFETY: what the box holds is a `T`.
unsafe impl<T: Future + Sync> Sync for Boxed<T> {}

impl<T: Future> Unpin for Boxed<T> {}

// With a `Drop` of its own the borrow checker lets nothing in `T` go before the box that holds it.
impl<T: Future> Drop for Boxed<T> {
    fn drop(&mut self) {}
}

impl<T: Future> Future for Boxed<T> {
    type Output = T::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T::Output> {
        self.future.as_mut().poll(context)
    }
}

/// Makes the pack of a plain function; the attribute calls it.
#[doc(hidden)]
pub fn plain<M: Entry, F: FnOnce() -> R, R>(_entry: M, body: F) -> Plain<M, F> {
    Plain {
        body,
        entry: PhantomData,
    }
}

/// Makes the pack of an `async fn`; the attribute calls it.
#[doc(hidden)]
pub fn asynchronous<M: Entry, F: FnOnce() -> Boxed<T>, T: Future>(
    _entry: M,
    body: F,
) -> Async<M, F> {
    Async {
        body,
        entry: PhantomData,
    }
}
