//! Runs wasm-bindgen over main: which wasm-bindgen, and what it leaves.
//!
//! The application and the tool must agree on the version exactly. So the version that the module was made with
//! decides: the library that is linked into this program, or a `wasm-bindgen` binary of that version.

mod binary;
mod library;
mod wanted;

use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::conventions::BINDGEN_SECTION;
use crate::program::{File, Target};

pub use library::THREAD;
pub use wanted::WantedVersion;

/// Why wasm-bindgen did not run or refused the module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindgenError {
    /// The module carries nothing for wasm-bindgen.
    #[error(
        "this is not a wasm-bindgen program: it has no `{}` section",
        BINDGEN_SECTION
    )]
    NoProgram,
    /// The section that says what wasm-bindgen has to do cannot be read.
    #[error("the `{}` section is damaged: {reason}", BINDGEN_SECTION)]
    Damaged {
        /// What is wrong with it.
        reason: String,
    },
    /// No wasm-bindgen of the version that the module was made with is there.
    #[error("the program was made with wasm-bindgen {wanted}, {}", looked(.found))]
    NoTool {
        /// The version of the application's `wasm-bindgen` dependency.
        wanted: WantedVersion,
        /// Binaries of other versions, and their versions.
        found: Vec<(PathBuf, String)>,
    },
    /// wasm-bindgen ran and did not accept the module.
    #[error("wasm-bindgen {version} refused the program: {reason}")]
    Refused {
        /// The wasm-bindgen that ran.
        version: String,
        /// What it said.
        reason: String,
    },
    /// wasm-bindgen stopped in the middle.
    #[error("wasm-bindgen {version} stopped with an internal error: {reason}")]
    Crashed {
        /// The wasm-bindgen that ran.
        version: String,
        /// What it said.
        reason: String,
    },
    /// The name of the output would not come out as given.
    #[error("`{stem}` cannot be the name of the output: {reason}")]
    Stem {
        /// The name that was asked for.
        stem: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The folder that wasm-bindgen writes into could not be made or read.
    #[error("could not use the temporary folder `{path}` for wasm-bindgen: {source}")]
    Folder {
        /// The folder, or a file in it.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl BindgenError {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            Self::NoProgram => "give the module that cargo links for a crate depending on `wasm-bindgen`, before \
                wasm-bindgen or a tool that strips custom sections has touched it"
                .to_string(),
            Self::Damaged { .. } => {
                "build the program again; if it happens again, please report it with the input file".to_string()
            }
            Self::NoTool { wanted, .. } => format!(
                "cargo install wasm-bindgen-cli --version {wanted}\n  or: cargo update -p wasm-bindgen --precise {}",
                library::version()
            ),
            Self::Refused { .. } => {
                "the message above comes from wasm-bindgen; see whether the program passes `wasm-bindgen` without \
                 splitting (`--no-split`)"
                    .to_string()
            }
            Self::Crashed { .. } => {
                "try `--no-split`: if that works, please report this as a bug of wasm-cleave; otherwise wasm-bindgen \
                 cannot process this program"
                    .to_string()
            }
            Self::Stem { .. } => "use letters, digits, `-` and `_`".to_string(),
            Self::Folder { .. } => {
                "see that the disk is not full and that the folder for temporary files (`TMPDIR`) is writable"
                    .to_string()
            }
        }
    }
}

fn looked(found: &[(PathBuf, String)]) -> String {
    if found.is_empty() {
        return "and there is no `wasm-bindgen` binary in PATH or cargo's bin folder".to_string();
    }
    let found: Vec<_> = found
        .iter()
        .map(|(path, version)| format!("`{}` ({version})", path.display()))
        .collect();
    format!("and there are only {}", found.join(", "))
}

/// Runs wasm-bindgen over a module and returns `STEM.js`, `STEM_bg.wasm` and whatever else it writes, sorted by name.
///
/// # Errors
/// When no wasm-bindgen of the right version is there, or it refuses the module.
pub fn bind(wasm: &[u8], stem: &str, target: Target) -> Result<Vec<File>, BindgenError> {
    check_stem(stem)?;
    let wanted = WantedVersion::read(wasm)?;
    let folder = tempfile::tempdir().map_err(|source| BindgenError::Folder {
        path: std::env::temp_dir(),
        source,
    })?;
    let out = folder.path().join("out");
    if wanted.is_library() {
        library::run(wasm, stem, target, &out)?;
    } else {
        let tool = binary::find(&wanted, &binary::folders())?;
        binary::run(&tool, &wanted, wasm, stem, target, folder.path())?;
    }
    collect(&out)
}

/// wasm-bindgen replaces what follows a dot of the name by its own extensions.
fn check_stem(stem: &str) -> Result<(), BindgenError> {
    let reason = if stem.is_empty() {
        "it is empty"
    } else if stem.contains(['/', '\\']) {
        "it has more than one part"
    } else if stem.contains('.') {
        "wasm-bindgen takes what follows a dot for an extension"
    } else {
        return Ok(());
    };
    Err(BindgenError::Stem {
        stem: stem.to_string(),
        reason,
    })
}

/// All files below a folder.
fn collect(root: &Path) -> Result<Vec<File>, BindgenError> {
    let failed = |path: &Path, source: io::Error| BindgenError::Folder {
        path: path.to_path_buf(),
        source,
    };
    let mut files = Vec::new();
    for entry in WalkDir::new(root) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(root).to_path_buf();
            failed(&path, error.into())
        })?;
        if entry.file_type().is_file() {
            let path = entry.path();
            let bytes = std::fs::read(path).map_err(|error| failed(path, error))?;
            let inner = path.strip_prefix(root).unwrap_or(path);
            let parts: Vec<_> = inner.iter().map(|part| part.to_string_lossy()).collect();
            let name = parts.join("/");
            files.push(File { name, bytes });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_dot_is_refused() {
        let error = bind(b"", "app.v2", Target::Web).unwrap_err();
        assert!(error.to_string().contains("`app.v2`"), "{error}");
    }

    #[test]
    fn files_in_folders_keep_their_path() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("snippets/a")).unwrap();
        std::fs::write(folder.path().join("snippets/a/inline0.js"), "x").unwrap();
        std::fs::write(folder.path().join("app.js"), "y").unwrap();
        let files = collect(folder.path()).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["app.js", "snippets/a/inline0.js"]);
    }
}
