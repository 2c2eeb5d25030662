//! The `name` section of a finished module: leaves it out, or looks a function up in it.

use std::ops::Range;

use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::conventions;

/// The module without its `name` sections. One that cannot be read stays as it is.
pub(crate) fn left_out(wasm: Vec<u8>) -> Vec<u8> {
    let Some(sections) = sections(&wasm) else {
        return wasm;
    };
    let mut kept = Vec::with_capacity(wasm.len());
    let mut copied = 0;
    for section in sections {
        kept.extend_from_slice(&wasm[copied..section.start]);
        copied = section.end;
    }
    kept.extend_from_slice(&wasm[copied..]);
    kept
}

/// Where the `name` sections lie, with their ids and lengths.
fn sections(wasm: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    // The parser does not tell where a section's id is: at the end of what came before it.
    let mut start = 8;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.ok()?;
        let Some((_, range)) = payload.as_section() else {
            continue;
        };
        let end = range.end as usize;
        if let Payload::CustomSection(section) = &payload
            && section.name() == conventions::NAME
        {
            found.push(start..end);
        }
        start = end;
    }
    Some(found)
}

/// The name of a function, if the module says it.
pub(crate) fn of_function(wasm: &[u8], index: u32) -> Option<String> {
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CustomSection(section) = payload.ok()?
            && let KnownCustom::Name(names) = section.as_known()
        {
            for part in names.into_iter().map_while(Result::ok) {
                let Name::Function(map) = part else { continue };
                let mut names = map.into_iter().map_while(Result::ok);
                if let Some(naming) = names.find(|naming| naming.index == index) {
                    return Some(format!("{:#}", rustc_demangle::demangle(naming.name)));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CustomSection, Module, NameMap, NameSection};

    fn wasm(names: bool) -> Vec<u8> {
        let mut module = Module::new();
        let other = |name: &'static str| CustomSection {
            name: name.into(),
            data: (&[1; 100]).into(),
        };
        module.section(&other("a"));
        if names {
            let mut map = NameMap::new();
            map.append(3, "_ZN4case4work17h0123456789abcdefE");
            let mut section = NameSection::new();
            section.functions(&map);
            module.section(&section);
        }
        module.section(&other("b"));
        module.finish()
    }

    #[test]
    fn only_names_are_left_out() {
        assert_eq!(left_out(wasm(true)), wasm(false));
        assert_eq!(left_out(wasm(false)), wasm(false));
        assert_eq!(left_out(b"no module".to_vec()), b"no module");
    }

    #[test]
    fn a_function_is_called_as_in_the_source() {
        assert_eq!(of_function(&wasm(true), 3).as_deref(), Some("case::work"));
        assert_eq!(of_function(&wasm(true), 4), None);
        assert_eq!(of_function(&wasm(false), 3), None);
    }
}
