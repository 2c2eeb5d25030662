//! The toolchain file of a package: where it is, and which toolchain it names.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    toolchain: Section,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Section {
    channel: Option<String>,
}

/// The toolchain file that holds for a folder, if there is one.
pub(super) fn of(folder: &Path) -> Option<PathBuf> {
    let folder = match folder.is_absolute() {
        true => folder.to_path_buf(),
        false => env::current_dir().unwrap_or_default().join(folder),
    };
    // In rustup's order.
    let names = ["rust-toolchain", "rust-toolchain.toml"];
    let mut files = folder
        .ancestors()
        .flat_map(|place| names.map(|name| place.join(name)));
    files.find(|file| file.is_file())
}

/// The channel that a toolchain file names. None where it names a path instead, or cannot be read: that is for rustup
/// to say.
pub(super) fn channel(file: &Path) -> Option<String> {
    channel_in(&fs::read_to_string(file).ok()?)
}

/// The file is TOML, or the name alone as it once was.
fn channel_in(text: &str) -> Option<String> {
    if let Ok(file) = toml::from_str::<File>(text) {
        return file.toolchain.channel;
    }
    let text = text.trim();
    (!text.contains(['\n', '=', '['])).then(|| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::channel_in;

    #[test]
    fn a_toolchain_file_says_its_channel_in_several_ways() {
        for (text, expected) in [
            (
                "[toolchain]\nchannel = \"nightly-2026-01-02\"\n",
                Some("nightly-2026-01-02"),
            ),
            (
                "[toolchain]\n# channel = \"no\"\nchannel='1.95.0' # yes",
                Some("1.95.0"),
            ),
            (
                "toolchain = { channel = \"beta\", profile = \"minimal\" }",
                Some("beta"),
            ),
            ("toolchain.channel = \"beta\"", Some("beta")),
            ("nightly\n", Some("nightly")),
            ("[toolchain]\nchannel = \"nightly#x\"", Some("nightly#x")),
            ("[toolchain]\npath = \"/opt/rust\"\n", None),
            ("[other]\nchannel = \"nightly\"\n", None),
            ("[toolchain\nchannel = \"nightly\"\n", None),
            ("", None),
        ] {
            assert_eq!(channel_in(text).as_deref(), expected, "{text}");
        }
    }
}
