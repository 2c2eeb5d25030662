//! Looks into finished modules: which functions they define, by name, and which bytes their data hold.

use anyhow::Result;
use rustc_demangle::demangle;
use wasmparser::{DataKind, KnownCustom, Name, Parser, Payload, TypeRef};

/// What a test asks about a module.
#[derive(Debug, Default)]
pub struct Contents {
    /// Demangled names of the functions that the module defines, without hashes and type arguments.
    pub functions: Vec<String>,
    /// Bytes of all its data segments, each by itself.
    pub data: Vec<Vec<u8>>,
    /// Whether data segments are written by the module itself as it is instantiated.
    pub has_active_data: bool,
}

impl Contents {
    /// Reads a module.
    ///
    /// # Errors
    /// When the bytes are not a valid module.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut contents = Contents::default();
        let mut imported = 0u32;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::DataSection(section) => {
                    for segment in section {
                        let segment = segment?;
                        contents.has_active_data |= matches!(segment.kind, DataKind::Active { .. });
                        contents.data.push(segment.data.to_vec());
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for name in names {
                            if let Name::Function(map) = name? {
                                for naming in map {
                                    let naming = naming?;
                                    if naming.index >= imported {
                                        contents.functions.push(plain(naming.name));
                                    }
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(contents)
    }

    /// Whether the module defines a function of this name (a path, or the end of one).
    pub fn defines(&self, name: &str) -> bool {
        self.functions.iter().any(|function| {
            function
                .strip_suffix(name)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
        })
    }

    /// Whether the module's data hold the text.
    pub fn holds(&self, text: &str) -> bool {
        self.data.iter().any(|segment| {
            segment
                .windows(text.len())
                .any(|bytes| bytes == text.as_bytes())
        })
    }
}

/// `_ZN4case4work17h0123456789abcdefE` and `case[0123]::work::<u8>` both become `case::work`.
fn plain(symbol: &str) -> String {
    let mut name = format!("{:#}", demangle(symbol));
    if let Some((start, hash)) = name.rsplit_once("::h")
        && hash.len() == 16
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        name = start.to_string();
    }
    if name.ends_with('>')
        && let Some(start) = name.find("::<")
    {
        name.truncate(start);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_lose_hashes_and_type_arguments() {
        assert_eq!(plain("_ZN4case4work17h0123456789abcdefE"), "case::work");
        assert_eq!(plain("case::work::h0123456789abcdef"), "case::work");
        assert_eq!(plain("case::work::<u8>"), "case::work");
        assert_eq!(plain("memcpy"), "memcpy");
    }
}
