//! What a page needs besides the program: `index.html`, and the contents of `static` and `public`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use wasm_cleave_splitter::File;

use crate::error::CliError;

/// Folders of a package whose contents go into the output folder.
pub(crate) const FOLDERS: [&str; 2] = ["static", "public"];

/// The page of a package.
pub(crate) const PAGE: &str = "index.html";

/// The static files of the package in a folder, by the names that they get in the output.
///
/// # Errors
/// When one cannot be read, or the output folder is where they come from: a later build would take them for files of its
/// own, and remove what it does not need.
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
    let mut folders: Vec<(PathBuf, String)> = vec![(root.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                return Err(CliError::new(
                    format!("the name of `{}` is not UTF-8", path.display()),
                    "rename it, so that a URL can name it",
                )
                .into());
            };
            let name = format!("{prefix}{name}");
            if path.is_dir() {
                // A link to a folder that it is in would never end.
                let real = path.canonicalize();
                let leads_back = |real| settled(&folder).starts_with(real);
                if !real.is_ok_and(leads_back) {
                    folders.push((path, format!("{name}/")));
                }
            } else if path.is_file() {
                let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
                files.push(File { name, bytes });
            }
        }
    }
    Ok(())
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
