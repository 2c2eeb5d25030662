//! Looks into finished modules: which functions they define, by name, what they export, which slots of the table they
//! fill, and which bytes their data hold.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context, Result};
use rustc_demangle::demangle;
use wasmparser::{
    ConstExpr, DataKind, Element, ElementItems, ElementKind, KnownCustom, Name, Operator, Parser,
    Payload, TypeRef,
};

/// What a test asks about a module.
#[derive(Debug, Default)]
pub struct Contents {
    /// Demangled names of the functions that the module defines, without hashes and type arguments.
    pub functions: Vec<String>,
    /// Bytes of all its data segments, each by itself.
    pub data: Vec<Vec<u8>>,
    /// Names of all that it imports.
    pub imports: Vec<String>,
    /// Names of all that it exports.
    pub exports: Vec<String>,
    /// The slots of the table that it fills.
    pub slots: BTreeMap<u32, Filling>,
    /// Whether data segments are written by the module itself as it is instantiated.
    pub has_active_data: bool,
}

/// What fills a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filling {
    /// The function's index in the module.
    pub function: u32,
    /// The bytes of the module that say so.
    pub bytes: Range<u64>,
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
                        let import = import?;
                        imported += u32::from(matches!(import.ty, TypeRef::Func(_)));
                        contents.imports.push(import.name.to_string());
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        contents.exports.push(export?.name.to_string());
                    }
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        contents.slots.extend(fillings(&element?)?);
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

/// The slots that a segment fills as the module is instantiated.
fn fillings(element: &Element) -> Result<Vec<(u32, Filling)>> {
    let ElementKind::Active { offset_expr, .. } = &element.kind else {
        return Ok(Vec::new());
    };
    let ElementItems::Functions(functions) = &element.items else {
        return Ok(Vec::new());
    };
    let first = constant(offset_expr).context("a segment has no constant offset")?;
    let functions = functions.clone().into_iter_with_offsets();
    let items: Vec<(u64, u32)> = functions.collect::<Result<_, _>>()?;
    let ends = items.iter().skip(1).map(|(begin, _)| *begin);
    let ends = ends.chain([element.range.end]);
    let fillings = (first..).zip(items.iter().zip(ends));
    Ok(fillings
        .map(|(slot, (&(begin, function), end))| {
            let bytes = begin..end;
            (slot, Filling { function, bytes })
        })
        .collect())
}

fn constant(expression: &ConstExpr) -> Option<u32> {
    match expression.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Some(value as u32),
        _ => None,
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
