//! The protocols between threads of one memory: objects that no thread ever waits for, and that nobody locks.
//!
//! They know nothing of JavaScript, so that loom can try out every order of events; on other targets than wasm they are
//! there for the tests alone.

pub(crate) mod once;
pub(crate) mod publish;
pub(crate) mod requests;
pub(crate) mod sync;

#[cfg(test)]
mod requests_tests;
#[cfg(test)]
mod tests;
