//! Threads in programs that are not built for them: these compile, and get an error that says what is missing.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::error::{JoinError, SpawnError};

/// A thread that was started: there is none in this build.
#[derive(Debug)]
#[must_use = "dropping a handle detaches the thread, and its failure goes unnoticed"]
pub struct JoinHandle<T>(Infallible, PhantomData<T>);

#[expect(
    missing_docs,
    reason = "the documentation is that of programs built for threads"
)]
impl<T> JoinHandle<T> {
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self.0 {}
    }

    pub fn terminate(&self) {
        match self.0 {}
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match self.0 {}
    }
}

/// How a thread is to be started: none is in this build.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it spawns"]
pub struct Builder(());

#[expect(
    missing_docs,
    reason = "the documentation is that of programs built for threads"
)]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl Builder {
    pub fn new() -> Self {
        Builder::default()
    }

    pub fn name(self, _: impl Into<String>) -> Self {
        self
    }

    pub fn stack_size(self, _: usize) -> Self {
        self
    }

    pub fn spawn<T: Send + 'static>(
        self,
        _: impl FnOnce() -> T + Send + 'static,
    ) -> Result<JoinHandle<T>, SpawnError> {
        Err(SpawnError::not_built())
    }

    pub fn spawn_async<F>(
        self,
        _: impl FnOnce() -> F + Send + 'static,
    ) -> Result<JoinHandle<F::Output>, SpawnError>
    where
        F: Future + 'static,
        F::Output: Send + 'static,
    {
        Err(SpawnError::not_built())
    }
}

#[cfg(test)]
mod tests {
    use crate::threads::{self, SpawnErrorKind};

    #[test]
    fn spawn_says_what_is_missing() {
        let refused = threads::spawn(|| 1).map(drop);
        let refused = refused.expect_err("there are none");
        assert_eq!(refused.kind(), SpawnErrorKind::NotBuilt);
        assert!(refused.help().contains("--threads"), "{refused:?}");
        let refused = threads::spawn_async(|| async {}).map(drop);
        assert!(refused.is_err());
    }
}
