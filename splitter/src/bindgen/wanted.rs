//! Which wasm-bindgen a module wants: the version that its macros wrote into the module.
//!
//! Each `#[wasm_bindgen]` puts two blobs into the section, each after its length in four bytes, little-endian: first
//! a line of JSON with the versions, kept stable for this purpose, then the program in a format of that version.

use std::fmt;

use wasmparser::{Parser, Payload};

use super::{BindgenError, library};
use crate::conventions::BINDGEN_SECTION;

/// The version of wasm-bindgen that a module was made with, such as `0.2.130`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedVersion(String);

impl fmt::Display for WantedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl WantedVersion {
    /// Reads the version out of a linked module.
    ///
    /// # Errors
    /// When the module is not of a wasm-bindgen program, or the section is damaged.
    pub fn read(wasm: &[u8]) -> Result<Self, BindgenError> {
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(|error| damaged(error.to_string()))?;
            if let Payload::CustomSection(section) = payload
                && section.name() == BINDGEN_SECTION
                && let Some(versions) = first_blob(section.data())?
            {
                return Self::from_json(versions);
            }
        }
        Err(BindgenError::NoProgram)
    }

    /// Whether the library that this program contains is of that version.
    pub fn is_library(&self) -> bool {
        self.0 == library::version()
    }

    fn from_json(json: &[u8]) -> Result<Self, BindgenError> {
        #[derive(serde::Deserialize)]
        struct Versions {
            version: String,
        }
        let versions: Versions =
            serde_json::from_slice(json).map_err(|error| damaged(error.to_string()))?;
        // A build of wasm-bindgen from a git checkout adds the commit: `0.2.130 (1234abcd)`.
        match versions.version.split_whitespace().next() {
            Some(version) => Ok(WantedVersion(version.to_string())),
            None => Err(damaged("the version is empty".to_string())),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn damaged(reason: String) -> BindgenError {
    BindgenError::Damaged { reason }
}

fn first_blob(data: &[u8]) -> Result<Option<&[u8]>, BindgenError> {
    if data.is_empty() {
        return Ok(None);
    }
    data.split_first_chunk::<4>()
        .and_then(|(len, rest)| rest.get(..u32::from_le_bytes(*len) as usize))
        .map(Some)
        .ok_or_else(|| damaged("it ends in the middle of the versions".to_string()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use wasm_encoder::{CustomSection, Module};

    pub(in crate::bindgen) fn module_of(version: &str) -> Vec<u8> {
        let json = format!("{{\"schema_version\":\"{version}\",\"version\":\"{version}\"}}");
        let mut data = (json.len() as u32).to_le_bytes().to_vec();
        data.extend_from_slice(json.as_bytes());
        with_section(&data)
    }

    fn with_section(data: &[u8]) -> Vec<u8> {
        let mut module = Module::new();
        module.section(&CustomSection {
            name: BINDGEN_SECTION.into(),
            data: data.into(),
        });
        module.finish()
    }

    #[test]
    fn the_version_is_read() {
        let version = WantedVersion::read(&module_of("0.2.99")).unwrap();
        assert_eq!(version.to_string(), "0.2.99");
        assert!(!version.is_library());
    }

    #[test]
    fn the_commit_is_left_out() {
        let version = WantedVersion::read(&module_of("0.2.99 (abcdef012)")).unwrap();
        assert_eq!(version.to_string(), "0.2.99");
    }

    #[test]
    fn a_module_without_the_section_is_no_program() {
        let error = WantedVersion::read(&Module::new().finish()).unwrap_err();
        assert!(matches!(error, BindgenError::NoProgram));
    }

    #[test]
    fn a_cut_section_is_damaged() {
        for data in [&b"\x01"[..], b"\xff\0\0\0{}", b"\x02\0\0\0{}"] {
            let error = WantedVersion::read(&with_section(data)).unwrap_err();
            assert!(matches!(error, BindgenError::Damaged { .. }), "{data:?}");
        }
    }
}
