//! Waits until a source changes, and then until none has changed for a moment.
//!
//! That wait is our own: the crates for it (notify-debouncer-full) wait for each path by itself, so that a build would
//! begin in the middle of a `git checkout`.
//!
//! Watched are the packages' folders, not what lies in them only because it was built: a folder of a package is
//! watched by its entries, without those.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use notify::event::{MetadataKind, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::report;

/// Editors save in several steps: a change counts when nothing has happened for so long.
const QUIET: Duration = Duration::from_millis(150);

/// How long that is waited for at the most.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    events: Receiver<notify::Result<Event>>,
    watched: BTreeSet<PathBuf>,
    ignored: Vec<PathBuf>,
}

impl Watch {
    /// `ignored` are folders in which nothing counts.
    pub(super) fn new(ignored: Vec<PathBuf>) -> Self {
        let (sender, events) = channel();
        let watcher = notify::recommended_watcher(sender);
        if let Err(error) = &watcher {
            report::warn(&[format!("changes will not be noticed: {error}")]);
        }
        Watch {
            watcher: watcher.ok(),
            events,
            watched: BTreeSet::new(),
            ignored,
        }
    }

    /// Watches these folders too, and what is new in those that are watched already.
    pub(super) fn update(&mut self, folders: &[PathBuf]) {
        for folder in folders {
            self.add(folder, RecursiveMode::NonRecursive);
            let Ok(entries) = fs::read_dir(folder) else {
                continue;
            };
            for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
                let is_package = path.join("Cargo.toml").is_file();
                if path.is_dir() && !is_package && self.counts(&path) {
                    self.add(&path, RecursiveMode::Recursive);
                }
            }
        }
    }

    fn add(&mut self, path: &Path, mode: RecursiveMode) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        if !self.watched.insert(path.to_path_buf()) {
            return;
        }
        if let Err(error) = watcher.watch(path, mode) {
            report::warn(&[format!(
                "changes of `{}` will not be noticed: {error}",
                path.display()
            )]);
        }
    }

    /// Returns when something has changed, and then nothing more for a moment.
    pub(super) fn wait(&mut self) {
        loop {
            match self.events.recv() {
                Ok(event) => {
                    if self.take(event) {
                        break;
                    }
                }
                // No watcher: nothing will ever change.
                Err(_) => loop {
                    std::thread::park();
                },
            }
        }
        let begun = Instant::now();
        let mut last = begun;
        while last.elapsed() < QUIET && begun.elapsed() < PATIENCE {
            if let Ok(event) = self.events.recv_timeout(QUIET)
                && self.take(event)
            {
                last = Instant::now();
            }
        }
    }

    /// Whether it is a change. The operating system watches no folder any more that is not where it was.
    fn take(&mut self, event: notify::Result<Event>) -> bool {
        let Ok(event) = event else {
            return false;
        };
        if let EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) = event.kind {
            for path in &event.paths {
                self.watched.retain(|watched| {
                    let is_gone = watched.starts_with(path);
                    if is_gone && let Some(watcher) = &mut self.watcher {
                        let _ = watcher.unwatch(watched);
                    }
                    !is_gone
                });
            }
        }
        self.is_change(&event)
    }

    fn is_change(&self, event: &Event) -> bool {
        let changes_content = match event.kind {
            EventKind::Access(_) => false,
            EventKind::Modify(ModifyKind::Metadata(kind)) => kind == MetadataKind::WriteTime,
            _ => true,
        };
        changes_content && event.paths.iter().any(|path| self.counts(path))
    }

    /// Whether a path can be a source: nothing hidden, built, or an editor's copy.
    fn counts(&self, path: &Path) -> bool {
        let mut roots = path
            .ancestors()
            .filter(|place| self.watched.contains(*place));
        let inner = match roots.next() {
            Some(root) => path.strip_prefix(root).unwrap_or(path),
            None => Path::new(path.file_name().unwrap_or_default()),
        };
        let is_source = |part: &Path| {
            let name = part.file_name().unwrap_or_default().to_string_lossy();
            let is_output = ["dist", "target", "node_modules"].contains(&&*name);
            let is_folder = || part != inner || path.is_dir();
            !(name.starts_with('.') || name.ends_with('~') || is_output && is_folder())
        };
        let mut parts = inner.ancestors().filter(|part| part.file_name().is_some());
        parts.all(is_source) && !self.ignored.iter().any(|folder| path.starts_with(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_source_ends_the_wait_and_a_built_file_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["src/deep", "target"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let mut watch = Watch::new(vec![root.join("target")]);
        watch.update(std::slice::from_ref(&root));
        let (sender, waited) = channel();
        std::thread::spawn(move || {
            watch.wait();
            let _ = sender.send(Instant::now());
        });
        fs::write(root.join("target/out.wasm"), "x").unwrap();
        fs::write(root.join("src/.hidden.swp"), "x").unwrap();
        assert!(waited.recv_timeout(Duration::from_millis(500)).is_err());
        fs::write(root.join("src/deep/new.rs"), "x").unwrap();
        assert!(waited.recv_timeout(Duration::from_secs(10)).is_ok());
    }

    #[test]
    fn a_folder_that_comes_back_is_watched_again() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let public = root.join("public");
        fs::create_dir(&public).unwrap();
        let mut watch = Watch::new(Vec::new());
        watch.update(std::slice::from_ref(&root));
        fs::remove_dir(&public).unwrap();
        watch.wait();
        fs::create_dir(&public).unwrap();
        watch.wait();
        watch.update(std::slice::from_ref(&root));
        let (sender, waited) = channel();
        std::thread::spawn(move || {
            watch.wait();
            let _ = sender.send(());
        });
        fs::write(public.join("page.css"), "x").unwrap();
        assert!(waited.recv_timeout(Duration::from_secs(10)).is_ok());
    }

    #[test]
    fn what_is_built_in_a_folder_below_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("dist");
        fs::create_dir_all(root.join("crates/one/dist")).unwrap();
        let mut watch = Watch::new(Vec::new());
        watch.update(std::slice::from_ref(&root));
        assert!(watch.counts(&root.join("crates/one/src/lib.rs")));
        assert!(!watch.counts(&root.join("crates/one/dist/app.js")));
        assert!(!watch.counts(&root.join("crates/one/.git/index")));
        assert!(!watch.counts(&root.join("crates/one/dist")));
    }
}
