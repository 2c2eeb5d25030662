//! Writes a finished program into a folder, all or nothing.
//!
//! New files are first written in full into a hidden folder beside their places, so a full disk or a missing
//! permission shows before anything changes. Then each is renamed into its place, chunks first and the files that
//! name them last, and what it replaces is kept until the end: if a rename fails, everything is put back. Files that
//! did not change are not touched.

mod manifest_json;

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::file_names::rank;
use crate::program::{File, Program};

pub use manifest_json::manifest_json;

/// What the name of the hidden folder begins with.
const STAGING_PREFIX: &str = ".wasm-cleave-";

/// Why the output folder could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// A file or folder could not be written or read.
    #[error("could not write `{path}`: {source}", path = .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The name of a file would leave the output folder.
    #[error("the program has a file named `{name}`, which is not a path inside the output folder")]
    Outside {
        /// The name of the file.
        name: String,
    },
    /// Two files of the program have the same name.
    #[error("the program has two files named `{name}`")]
    Twice {
        /// The name of both.
        name: String,
    },
}

impl OutputError {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Write { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "see that you may write there, or choose another folder with `--out-dir`; what was there before \
                     is unchanged"
                }
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "make room on the disk; what was there before is unchanged"
                }
                _ => {
                    "move away what is in the way, or choose another folder with `--out-dir`; what was there before \
                     is unchanged"
                }
            }
            .to_string(),
            Self::Outside { .. } | Self::Twice { .. } => {
                "rename one of your own files; if it is not yours, please report this as a bug of wasm-cleave"
                    .to_string()
            }
        }
    }
}

/// Writes all files of a program and their manifest into a folder; on failure the folder keeps what it had.
///
/// Files of an earlier build of the same program, listed in its manifest, are removed when the new build has them no
/// longer. Other files in the folder are left alone.
///
/// # Errors
/// When a file cannot be written, or a file's name leads out of the folder.
pub fn publish(program: &Program, folder: &Path) -> Result<(), OutputError> {
    let mut files: Vec<&File> = program.files.iter().collect();
    let manifest = manifest_json(program);
    files.push(&manifest);
    check_names(&files)?;
    files.sort_by_key(|file| (rank(&file.name), &file.name));

    fs::create_dir_all(folder).map_err(failed(folder))?;
    let stale = manifest_json::stale_files(folder, &manifest, &files);
    let staging = tempfile::Builder::new()
        .prefix(STAGING_PREFIX)
        .tempdir_in(folder)
        .map_err(failed(folder))?;
    let mut swap = Swap::default();
    for (number, file) in files.into_iter().enumerate() {
        let target = folder.join(&file.name);
        if !is_unchanged(&target, &file.bytes) {
            swap.stage(staging.path(), number, target, &file.bytes)?;
        }
    }
    swap.run()?;
    for name in stale {
        remove(folder, &name);
    }
    Ok(())
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> OutputError {
    let path = path.to_path_buf();
    move |source| OutputError::Write { path, source }
}

fn check_names(files: &[&File]) -> Result<(), OutputError> {
    let mut names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(OutputError::Twice {
            name: pair[0].to_string(),
        });
    }
    match names.into_iter().find(|name| !is_inside(name)) {
        Some(name) => Err(OutputError::Outside {
            name: name.to_string(),
        }),
        None => Ok(()),
    }
}

/// Whether a name is a relative path that goes down only.
fn is_inside(name: &str) -> bool {
    let mut parts = Path::new(name).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

fn is_unchanged(path: &Path, bytes: &[u8]) -> bool {
    let same_size =
        fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == bytes.len() as u64);
    same_size && fs::read(path).is_ok_and(|found| found == bytes)
}

/// Removes a file and the folders that it leaves empty. A failure is no reason to fail the build: the new program is
/// in its place and whole without this.
fn remove(folder: &Path, name: &str) {
    if fs::remove_file(folder.join(name)).is_err() {
        return;
    }
    let mut parent = Path::new(name).parent();
    while let Some(path) = parent.filter(|path| !path.as_os_str().is_empty()) {
        if fs::remove_dir(folder.join(path)).is_err() {
            return;
        }
        parent = path.parent();
    }
}

/// Files that wait beside their places.
#[derive(Default)]
struct Swap {
    moves: Vec<Move>,
}

struct Move {
    staged: PathBuf,
    target: PathBuf,
    /// Where the file that was in the target's place is kept.
    kept: PathBuf,
}

impl Swap {
    fn stage(
        &mut self,
        staging: &Path,
        number: usize,
        target: PathBuf,
        bytes: &[u8],
    ) -> Result<(), OutputError> {
        let staged = staging.join(format!("{number}.new"));
        fs::write(&staged, bytes).map_err(failed(&target))?;
        self.moves.push(Move {
            staged,
            target,
            kept: staging.join(format!("{number}.old")),
        });
        Ok(())
    }

    fn run(&self) -> Result<(), OutputError> {
        for (done, step) in self.moves.iter().enumerate() {
            if let Err(source) = step.run() {
                for step in self.moves[..done].iter().rev() {
                    step.undo();
                }
                return Err(failed(&step.target)(source));
            }
        }
        Ok(())
    }
}

impl Move {
    fn run(&self) -> io::Result<()> {
        if let Some(parent) = self.target.parent() {
            fs::create_dir_all(parent)?;
        }
        if self.target.is_file() && fs::hard_link(&self.target, &self.kept).is_err() {
            // Not every file system has hard links.
            fs::copy(&self.target, &self.kept)?;
        }
        fs::rename(&self.staged, &self.target)
    }

    /// Puts back what was there. If this fails too there is nothing left to try; the first failure is reported.
    fn undo(&self) {
        if self.kept.is_file() {
            let _ = fs::rename(&self.kept, &self.target);
        } else {
            let _ = fs::remove_file(&self.target);
        }
    }
}

#[cfg(test)]
mod tests;
