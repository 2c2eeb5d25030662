//! What an application may decide about loading, and the defaults.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use crate::backend::request::{Backend, Credentials};
use crate::progress::Progress;
use crate::source::retry::Retries;
use crate::time::Millis;

/// What is called with each step of a chunk.
pub(crate) type Listener = Rc<dyn Fn(&Progress)>;

/// How chunks are loaded, for [`configure`](crate::configure).
///
/// ```
/// use std::time::Duration;
/// use wasm_cleave::{Config, configure};
///
/// configure(
///     Config::new()
///         .base("https://cdn.example/app/")
///         .retries(5)
///         .time_limit(Duration::from_secs(20))
///         .on_progress(|progress| println!("{}: {} bytes", progress.chunk.file, progress.chunk.loaded)),
/// );
/// ```
#[derive(Clone)]
#[must_use = "a configuration takes effect when it is given to `configure`"]
pub struct Config {
    pub(crate) base: Option<String>,
    pub(crate) retries: Retries,
    pub(crate) attempt_limit: Millis,
    pub(crate) time_limit: Millis,
    pub(crate) answer_limit: Millis,
    pub(crate) credentials: Credentials,
    pub(crate) backend: Option<Rc<dyn Backend>>,
    pub(crate) listener: Option<Listener>,
}

impl Config {
    /// The defaults, which each method below names.
    pub fn new() -> Self {
        Config {
            base: None,
            retries: Retries {
                count: 3,
                first_pause: Millis(250.0),
                longest_pause: Millis(5_000.0),
            },
            attempt_limit: Millis(60_000.0),
            time_limit: Millis(180_000.0),
            answer_limit: Millis(10_000.0),
            credentials: Credentials::default(),
            backend: None,
            listener: None,
        }
    }

    /// The folder where the chunks lie, as a URL: absolute, or relative to the program's JavaScript file.
    ///
    /// Default: beside the program's JavaScript file or, if a bundler has moved them, where it has put them. Give an
    /// absolute URL if you use a bundler: it moves the JavaScript file too.
    pub fn base(mut self, url: impl Into<String>) -> Self {
        self.base = Some(url.into());
        self
    }

    /// How many times to try again after a failure that may pass: no connection, a time limit, a busy server, damaged
    /// bytes. From the second attempt on the HTTP cache is bypassed.
    ///
    /// Default: 3.
    pub fn retries(mut self, count: u32) -> Self {
        self.retries.count = count;
        self
    }

    /// The pause before the second attempt and the longest one: pauses double from the one to the other, and each is
    /// shortened by up to a half at random.
    ///
    /// Default: 250 ms and 5 s.
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.retries.first_pause = first.into();
        self.retries.longest_pause = longest.into();
        self
    }

    /// How long one attempt may take, from the request to the compiled module.
    ///
    /// Default: 60 s.
    pub fn attempt_limit(mut self, limit: Duration) -> Self {
        self.attempt_limit = limit.into();
        self
    }

    /// How long all attempts for one chunk together may take, with the pauses between them.
    ///
    /// Default: 180 s.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit.into();
        self
    }

    /// Where threads share one memory: for how long the thread that fetches for all others may be silent, because it
    /// does not get to its event loop, while this thread waits for it. After that a call that blocks fails, and any
    /// other load fetches by itself.
    ///
    /// Default: 10 s.
    pub fn answer_limit(mut self, limit: Duration) -> Self {
        self.answer_limit = limit.into();
        self
    }

    /// Which credentials the built-in `fetch` backend sends.
    ///
    /// Default: [`Credentials::SameOrigin`].
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// How a compiled chunk reaches this thread.
    ///
    /// Default: [`Files`](crate::backend::Files) for `file:` URLs, else [`Fetch`](crate::backend::Fetch).
    pub fn backend(mut self, backend: impl Backend + 'static) -> Self {
        self.backend = Some(Rc::new(backend));
        self
    }

    /// Calls `listener` whenever a chunk gets further. It may call anything of this crate.
    ///
    /// Default: nobody listens.
    pub fn on_progress(mut self, listener: impl Fn(&Progress) + 'static) -> Self {
        self.listener = Some(Rc::new(listener));
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Config::new()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("base", &self.base)
            .field("retries", &self.retries)
            .field("attempt_limit", &self.attempt_limit)
            .field("time_limit", &self.time_limit)
            .field("answer_limit", &self.answer_limit)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
