//! What the builder tells the server: which build is there, and what is wrong with the newest.

use std::path::{Path, PathBuf};

use serde::Serialize;
use tokio::sync::watch;

/// The builds so far, as a page gets to know it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Status {
    /// Identifies the files of the last good build; empty before there is one.
    pub(super) build: String,
    /// Why the newest build failed, if it did.
    pub(super) error: Option<String>,
}

pub(super) struct State {
    root: PathBuf,
    status: watch::Sender<Status>,
}

impl State {
    pub(super) fn new(root: PathBuf) -> Self {
        State {
            root,
            status: watch::Sender::new(Status::default()),
        }
    }

    /// The folder with the files of the last good build.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn now(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Tells of each change from now on.
    pub(super) fn subscribe(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    pub(super) fn succeeded(&self, build: String) {
        self.status.send_replace(Status { build, error: None });
    }

    pub(super) fn failed(&self, error: String) {
        self.status.send_modify(|status| status.error = Some(error));
    }
}
