//! What a page needs besides the program: `index.html`, and the contents of `static` and `public`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use wasm_cleave_cli::File;

use crate::failure::Failure;

/// Folders of a package whose contents go into the output folder.
pub(crate) const FOLDERS: [&str; 2] = ["static", "public"];

/// The page of a package.
pub(crate) const PAGE: &str = "index.html";

/// The static files of the package in a folder, by the names that they get in the output.
pub(crate) fn collect(package: &Path) -> Result<Vec<File>> {
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

fn below(root: &Path, files: &mut Vec<File>) -> Result<()> {
    let mut folders: Vec<(PathBuf, String)> = vec![(root.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                return Err(Failure::new(
                    format!("the name of `{}` is not UTF-8", path.display()),
                    "rename it, so that a URL can name it",
                )
                .into());
            };
            let name = format!("{prefix}{name}");
            if path.is_dir() {
                folders.push((path, format!("{name}/")));
            } else {
                let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
                files.push(File { name, bytes });
            }
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        format!("could not read `{}`: {error}", path.display()),
        format!(
            "files in {} are copied beside the program; see that they can be read",
            FOLDERS.map(|folder| format!("`{folder}`")).join(" and ")
        ),
    )
}
