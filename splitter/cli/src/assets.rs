//! What a page needs besides the program: `index.html`, and the contents of `static` and `public`.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use walkdir::{DirEntry, WalkDir};
use wasm_cleave_splitter::File;

use crate::error::CliError;

/// Folders of a package whose contents go into the output folder.
pub(crate) const FOLDERS: [&str; 2] = ["static", "public"];

/// The page of a package.
pub(crate) const PAGE: &str = "index.html";

/// The static files of the package in a folder, by the names that they get in the output.
///
/// # Errors
/// When one cannot be read, or the output folder is where they come from: a later build would take them for files of
/// its own, and remove what it does not need.
pub(crate) fn collect(package: &Path, out_dir: &Path) -> Result<Vec<File>> {
    let out_dir = settled(out_dir);
    let sources = FOLDERS.map(|folder| settled(&package.join(folder)));
    if out_dir == settled(package) || sources.iter().any(|folder| out_dir.starts_with(folder)) {
        return Err(CliError::new(
            format!("`{}` holds sources of the package", out_dir.display()),
            "choose another folder with `--out-dir`, one that is only for what is built",
        )
        .into());
    }
    let mut files = Vec::new();
    let page = package.join(PAGE);
    if page.is_file() {
        files.push(File {
            name: PAGE.to_string(),
            bytes: fs::read(&page).map_err(|error| unreadable(&page, &error))?,
        });
    }
    for folder in FOLDERS.map(|folder| package.join(folder)) {
        if folder.is_dir() {
            below(&folder, &mut files)?;
        }
    }
    Ok(files)
}

/// A path without links, of which the last parts need not be there.
fn settled(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let found = path
        .ancestors()
        .find_map(|place| Some((place, place.canonicalize().ok()?)));
    match found {
        Some((place, real)) => path
            .strip_prefix(place)
            .map_or(real.clone(), |rest| real.join(rest)),
        None => path,
    }
}

fn below(root: &Path, files: &mut Vec<File>) -> Result<()> {
    let real_root = settled(root);
    // A link to a folder that all this is in: what it holds besides is not meant.
    let leads_back = |entry: &DirEntry| {
        let real = entry.path().canonicalize();
        entry.path_is_symlink() && real.is_ok_and(|real| real_root.starts_with(real))
    };
    let entries = WalkDir::new(root).follow_links(true).into_iter();
    for entry in entries.filter_entry(|entry| !leads_back(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if is_skipped(&error) => continue,
            Err(error) => {
                let path = error.path().unwrap_or(root).to_path_buf();
                return Err(unreadable(&path, &error.into()).into());
            }
        };
        let path = entry.path();
        let inner = path.strip_prefix(root).unwrap_or(path);
        let parts: Option<Vec<&str>> = inner.iter().map(OsStr::to_str).collect();
        let Some(parts) = parts else {
            return Err(CliError::new(
                format!("the name of `{}` is not UTF-8", path.display()),
                "rename it, so that a URL can name it",
            )
            .into());
        };
        if entry.file_type().is_file() {
            let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
            let name = parts.join("/");
            files.push(File { name, bytes });
        }
    }
    Ok(())
}

/// Whether it is a link to nothing, as editors make them to lock files, or to a folder that it is in.
fn is_skipped(error: &walkdir::Error) -> bool {
    let kind = error.io_error().map(io::Error::kind);
    error.loop_ancestor().is_some() || kind == Some(io::ErrorKind::NotFound)
}

fn unreadable(path: &Path, error: &io::Error) -> CliError {
    CliError::new(
        format!("could not read `{}`: {error}", path.display()),
        format!(
            "files in {} are copied beside the program; see that they can be read",
            FOLDERS.map(|folder| format!("`{folder}`")).join(" and ")
        ),
    )
}
