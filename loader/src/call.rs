//! The types of [`Call`]s: what a split function runs, and what a failed load means to its caller.
//!
//! The attribute [`wasm_split`](crate::wasm_split) chooses them. Code names them only to store calls, or to write functions
//! over any call:
//!
//! ```
//! use wasm_cleave::call::{Body, Fallible};
//! use wasm_cleave::{Call, LoadError};
//!
//! /// Tries a second time, with arguments made anew, if that can help.
//! async fn twice<B: Body>(call: impl Fn() -> Call<B, Fallible>) -> Result<B::Out, LoadError> {
//!     match call().await {
//!         Err(error) if error.is_retryable() => call().await,
//!         result => result,
//!     }
//! }
//! ```

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::LoadError;
use crate::load::Load;

pub use crate::call_frame::Body;
pub use crate::failure_mode::{Fallible, Flatten, Infallible, Policy};

/// A call of a split function that has not happened yet.
///
/// Awaiting it loads what the function needs, if it is not there, and runs it. Dropping it drops the arguments.
/// It is `Send` where the arguments are; its future is where the function's own future is, too.
///
/// ```
/// use wasm_cleave::{LoadError, wasm_split};
///
/// #[wasm_split(words)]
/// fn count_words(text: &str) -> usize {
///     text.split_whitespace().count()
/// }
///
/// async fn on_input(text: &str) -> Result<usize, LoadError> {
///     match count_words(text).try_now() {
///         Ok(words) => Ok(words),           // its chunk is there
///         Err(call) => call.await,          // loads it first
///     }
/// }
/// ```
#[must_use = "a split function runs when its call is awaited"]
pub struct Call<B, P = Fallible> {
    body: B,
    policy: PhantomData<fn() -> P>,
}

impl<B: Body, P> Call<B, P> {
    #[doc(hidden)]
    pub fn new(body: B) -> Self {
        Call {
            body,
            policy: PhantomData,
        }
    }

    /// Runs the function at once if all that it needs is loaded.
    ///
    /// An `async fn` gives its future, which holds code of the chunk and needs no further load.
    ///
    /// # Errors
    /// Gives the call back if something has to be loaded first. Nothing is requested then.
    pub fn try_now(self) -> Result<B::Ran, Self> {
        if !B::target().is_loaded() {
            return Err(self);
        }
        // SAFETY: all is loaded, and nothing is ever unloaded.
        Ok(unsafe { self.body.run() })
    }
}

impl<B: Body, P> Call<B, P> {
    /// Blocks this thread until all that the function needs is loaded, and runs it.
    ///
    /// For code that cannot await, such as a job in a thread pool. The thread that fetches for all others, usually the page,
    /// fetches the chunks. It has to reach its event loop, so it must not wait for this thread. With a
    /// [`Config::backend`](crate::Config::backend) of its own, this thread fetches them itself.
    /// An `async fn` gives its future, which holds code of the chunk and needs no further load.
    ///
    /// ```no_run
    /// # #[wasm_cleave::wasm_split(filter)]
    /// # fn blur(pixels: Vec<u8>) -> Vec<u8> { pixels }
    /// # fn start(pixels: Vec<u8>) -> Result<(), wasm_cleave::threads::SpawnError> {
    /// let thread = wasm_cleave::threads::spawn(move || blur(pixels).wait())?;
    /// # drop(thread); Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - [`LoadErrorKind::CannotBlock`](crate::LoadErrorKind::CannotBlock) on the page, in a worklet, on the thread that fetches
    ///   for all others, and everywhere in programs whose threads do not share one memory; unless all is loaded.
    /// - [`LoadErrorKind::NoAnswer`](crate::LoadErrorKind::NoAnswer) if that thread has not reached its event loop for
    ///   [`Config::answer_limit`](crate::Config::answer_limit): no deadlock lasts longer than twice that.
    /// - Everything else that makes a load fail.
    pub fn wait(self) -> Result<B::Ran, LoadError> {
        B::target().load_blocking()?;
        // SAFETY: all is loaded, and nothing is ever unloaded.
        Ok(unsafe { self.body.run() })
    }
}

impl<B, P> fmt::Debug for Call<B, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

impl<B: Body, P: Policy<B::Out>> IntoFuture for Call<B, P> {
    type Output = P::Output;
    type IntoFuture = CallFuture<B, P>;

    fn into_future(self) -> CallFuture<B, P> {
        CallFuture {
            state: State::Loading(B::target().load(), self.body),
            policy: PhantomData,
        }
    }
}

/// The future of a [`Call`]. It holds no JavaScript value.
#[must_use = "futures do nothing until they are awaited"]
pub struct CallFuture<B: Body, P = Fallible> {
    state: State<B>,
    policy: PhantomData<fn() -> P>,
}

enum State<B: Body> {
    Loading(Load, B),
    Running(B::Rest),
    Done,
}

// The body is moved, never pinned.
impl<B: Body, P> Unpin for CallFuture<B, P> {}

impl<B: Body, P> fmt::Debug for CallFuture<B, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Loading(..) => "CallFuture(loading)",
            State::Running(_) => "CallFuture(running)",
            State::Done => "CallFuture(done)",
        })
    }
}

impl<B: Body, P: Policy<B::Out>> Future for CallFuture<B, P> {
    type Output = P::Output;

    /// Stays pending when polled after completion.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<P::Output> {
        if let State::Loading(load, _) = &mut self.state {
            let Poll::Ready(loaded) = Pin::new(load).poll(context) else {
                return Poll::Pending;
            };
            let State::Loading(_, body) = std::mem::replace(&mut self.state, State::Done) else {
                return Poll::Pending;
            };
            if let Err(error) = loaded {
                return P::failed(error);
            }
            // SAFETY: the load of all that the body needs has just succeeded.
            match B::rest(unsafe { body.run() }) {
                Ok(out) => return Poll::Ready(P::ran(out)),
                Err(rest) => self.state = State::Running(rest),
            }
        }
        let State::Running(rest) = &mut self.state else {
            return Poll::Pending;
        };
        let Poll::Ready(out) = Pin::new(rest).poll(context) else {
            return Poll::Pending;
        };
        self.state = State::Done;
        Poll::Ready(P::ran(out))
    }
}
