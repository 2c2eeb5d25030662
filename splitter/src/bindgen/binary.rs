//! Finds and runs a `wasm-bindgen` binary of a given version.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{BindgenError, WantedVersion};
use crate::program::Target;

/// Where binaries are looked for: PATH, then where `cargo install` puts them.
pub(super) fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect())
        .unwrap_or_default();
    let roots = ["CARGO_INSTALL_ROOT", "CARGO_HOME"]
        .iter()
        .filter_map(env::var_os)
        .map(PathBuf::from)
        .chain(env::home_dir().map(|home| home.join(".cargo")));
    for folder in roots.map(|root| root.join("bin")) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// A binary of exactly that version, under the plain name or with the version in its name.
pub(super) fn find(wanted: &WantedVersion, folders: &[PathBuf]) -> Result<PathBuf, BindgenError> {
    let names = [format!("wasm-bindgen-{wanted}"), "wasm-bindgen".to_string()]
        .map(|name| format!("{name}{}", env::consts::EXE_SUFFIX));
    let mut found = Vec::new();
    for name in &names {
        for path in folders.iter().map(|folder| folder.join(name)) {
            let Some(version) = version_of(&path) else {
                continue;
            };
            if version == wanted.as_str() {
                return Ok(path);
            }
            found.push((path, version));
        }
    }
    Err(BindgenError::NoTool {
        wanted: wanted.clone(),
        found,
    })
}

/// What a binary calls itself: the `0.2.99` of `wasm-bindgen 0.2.99`.
fn version_of(path: &Path) -> Option<String> {
    if !path.is_file() {
        return None;
    }
    let output = Command::new(path)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.strip_prefix("wasm-bindgen ")?
        .split_whitespace()
        .next()
        .map(str::to_string)
}

/// Runs a binary; its input is written into `folder`, its output goes to `folder/out`.
pub(super) fn run(
    tool: &Path,
    version: &WantedVersion,
    wasm: &[u8],
    stem: &str,
    target: Target,
    folder: &Path,
) -> Result<(), BindgenError> {
    let input = folder.join("input.wasm");
    std::fs::write(&input, wasm).map_err(|source| BindgenError::Folder {
        path: input.clone(),
        source,
    })?;
    let refused = |reason: String| BindgenError::Refused {
        version: version.to_string(),
        reason,
    };
    let output = Command::new(tool)
        .arg(&input)
        .arg("--out-dir")
        .arg(folder.join("out"))
        .args(["--out-name", stem])
        .args(["--target", target_name(target)])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| refused(format!("`{}` did not start: {error}", tool.display())))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(refused(format!("{}\n{}", output.status, said.trim())))
}

fn target_name(target: Target) -> &'static str {
    match target {
        Target::Web => "web",
        Target::NodeJs => "nodejs",
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::bindgen::wanted::tests::module_of;
    use std::os::unix::fs::PermissionsExt;

    fn wanted(version: &str) -> WantedVersion {
        WantedVersion::read(&module_of(version)).unwrap()
    }

    /// A stand-in that reports a version and otherwise writes its arguments to `out/args`.
    fn tool(folder: &Path, name: &str, version: &str) -> PathBuf {
        let path = folder.join(name);
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && echo wasm-bindgen {version} && exit\n\
             mkdir \"$3\" && echo \"$4 $5 $6 $7\" > \"$3/args\"\n"
        );
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn the_right_version_is_found_under_either_name() {
        let folder = tempfile::tempdir().unwrap();
        let plain = tool(folder.path(), "wasm-bindgen", "0.2.98");
        let named = tool(folder.path(), "wasm-bindgen-0.2.97", "0.2.97");
        let folders = [folder.path().to_path_buf()];
        assert_eq!(find(&wanted("0.2.98"), &folders).unwrap(), plain);
        assert_eq!(find(&wanted("0.2.97"), &folders).unwrap(), named);
    }

    #[test]
    fn a_missing_version_names_what_is_there_and_how_to_install() {
        let folder = tempfile::tempdir().unwrap();
        tool(folder.path(), "wasm-bindgen", "0.2.98");
        let error = find(&wanted("0.2.90"), &[folder.path().to_path_buf()]).unwrap_err();
        assert!(error.to_string().contains("0.2.98"), "{error}");
        assert!(
            error
                .help()
                .contains("cargo install wasm-bindgen-cli --version 0.2.90"),
            "{}",
            error.help()
        );
    }

    #[test]
    fn the_binary_is_told_name_and_target() {
        let folder = tempfile::tempdir().unwrap();
        let tool = tool(folder.path(), "wasm-bindgen", "0.2.98");
        run(
            &tool,
            &wanted("0.2.98"),
            b"",
            "app",
            Target::NodeJs,
            folder.path(),
        )
        .unwrap();
        let args = std::fs::read_to_string(folder.path().join("out/args")).unwrap();
        assert_eq!(args.trim(), "--out-name app --target nodejs");
    }
}
