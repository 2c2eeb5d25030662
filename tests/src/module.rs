//! Takes a module apart into sections and puts it together again, to make damaged input for the splitter.

use anyhow::{Context, Result, bail};
use wasm_encoder::Encode;
use wasmparser::BinaryReader;

/// The bytes that every module begins with.
pub const HEADER: [u8; 8] = *b"\0asm\x01\0\0\0";

/// One section of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its kind; 0 is a custom section.
    pub id: u8,
    /// All after the size, a custom section's name included.
    pub payload: Vec<u8>,
}

impl Section {
    /// Name of a custom section.
    pub fn name(&self) -> Option<&str> {
        if self.id != 0 {
            return None;
        }
        let (len, rest) = number(&self.payload).ok()?;
        std::str::from_utf8(rest.get(..len as usize)?).ok()
    }
}

/// The sections of a module.
///
/// # Errors
/// When the bytes are not a module.
pub fn sections(module: &[u8]) -> Result<Vec<Section>> {
    let mut rest = module.strip_prefix(&HEADER).context("not a module")?;
    let mut sections = Vec::new();
    while let [id, after @ ..] = rest {
        let (len, after) = number(after)?;
        let payload = after.get(..len as usize).context("a section is cut off")?;
        sections.push(Section {
            id: *id,
            payload: payload.to_vec(),
        });
        rest = &after[len as usize..];
    }
    Ok(sections)
}

/// A module of these sections.
pub fn module(sections: &[Section]) -> Vec<u8> {
    let mut bytes = HEADER.to_vec();
    for section in sections {
        bytes.push(section.id);
        section.payload.len().encode(&mut bytes);
        bytes.extend_from_slice(&section.payload);
    }
    bytes
}

/// Offsets at which a section begins or its payload does, and the module's end.
///
/// # Errors
/// When the bytes are not a module.
pub fn boundaries(module: &[u8]) -> Result<Vec<usize>> {
    let mut offsets = vec![HEADER.len()];
    for section in sections(module)? {
        let begin = offsets.last().copied().unwrap_or(0);
        // The linker pads sizes, so their lengths are not those of `encode`.
        let (_, payload) = number(&module[begin + 1..])?;
        let payload = module.len() - payload.len();
        offsets.extend([payload, payload + section.payload.len()]);
    }
    Ok(offsets)
}

/// Overwrites the offset and the symbol of the first relocation in a `reloc.*` section.
///
/// # Errors
/// When the section is no relocation section with an entry.
pub fn damage_relocation(
    section: &Section,
    offset: Option<u32>,
    symbol: Option<u32>,
) -> Result<Section> {
    let name = section.name().context("the section has no name")?;
    let (_, rest) = number(&section.payload[1 + name.len()..])?;
    let (count, rest) = number(rest)?;
    let [_, entry @ ..] = rest else {
        bail!("no entry")
    };
    if count == 0 {
        bail!("no entry");
    }
    let head = section.payload.len() - entry.len();
    let (old_offset, entry) = number(entry)?;
    let (old_symbol, entry) = number(entry)?;
    let mut payload = section.payload[..head].to_vec();
    offset.unwrap_or(old_offset).encode(&mut payload);
    symbol.unwrap_or(old_symbol).encode(&mut payload);
    payload.extend_from_slice(entry);
    Ok(Section {
        id: section.id,
        payload,
    })
}

/// Lets the `reloc.*` sections name code and data by the indices that these have now.
///
/// # Errors
/// When one of them is damaged, or there is no code or data.
pub fn retarget_relocations(sections: &mut [Section]) -> Result<()> {
    for (name, id) in [("reloc.CODE", 10), ("reloc.DATA", 11)] {
        let target = sections.iter().position(|section| section.id == id);
        let relocations = sections.iter_mut();
        for section in relocations.filter(|section| section.name() == Some(name)) {
            let head = 1 + name.len();
            let (_, rest) = number(&section.payload[head..])?;
            let mut payload = section.payload[..head].to_vec();
            let target = target.context("nothing is relocated")?;
            target.encode(&mut payload);
            payload.extend_from_slice(rest);
            section.payload = payload;
        }
    }
    Ok(())
}

fn number(bytes: &[u8]) -> Result<(u32, &[u8])> {
    let mut reader = BinaryReader::new(bytes, 0);
    let number = reader.read_var_u32()?;
    Ok((number, &bytes[reader.original_position() as usize..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_put_together_again_is_the_same() {
        let sections_ = [
            Section {
                id: 0,
                payload: b"\x02hi and more".to_vec(),
            },
            Section {
                id: 1,
                payload: vec![0],
            },
        ];
        let bytes = module(&sections_);
        assert_eq!(sections(&bytes).unwrap(), sections_);
        assert_eq!(sections_[0].name(), Some("hi"));
        assert_eq!(boundaries(&bytes).unwrap(), [8, 10, 22, 24, 25]);
    }
}
