//! The manifest that the splitter embeds in main: which chunks there are, and which of them each split needs.
//!
//! Numbers are unsigned LEB128, strings and lists are preceded by their length. Both sides of the format are here.

use std::fmt;

/// How many bytes of a file have a hash of their own, so that they can be checked while others still arrive.
pub const BLOCK: usize = 512 << 10;

/// Identifies one linked program; main and its chunks carry the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BuildId(pub [u8; 16]);

/// In hexadecimal, by hand: the loader shares this code, and every program carries it.
impl fmt::Display for BuildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// All that the loader knows about the program at run time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The program that this manifest belongs to.
    pub build: BuildId,
    /// The chunks, in an order that the splits refer to.
    pub chunks: Vec<Chunk>,
    /// The splits, in an order that the handles of `split!` refer to.
    pub splits: Vec<Split>,
}

/// One file that is loaded on demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// File name, relative to the program's base URL.
    pub file: String,
    /// Size of the file in bytes, uncompressed.
    pub size: u32,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// SHA-256 of each [block](BLOCK) of the file, if it has more than one; the last block may be shorter.
    pub blocks: Vec<[u8; 32]>,
    /// The slots that the chunk fills, where memory is shared and every thread has a table of its own: ascending, the
    /// first of a run and the one after its last in turns. Empty otherwise.
    pub slots: Vec<u32>,
}

/// One name given in the attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The name, as in the source.
    pub name: String,
    /// Indices of the chunks that must be ready before an entry of this split may be called; ascending.
    pub chunks: Vec<u32>,
    /// Table slots of the entries; ascending.
    pub entries: Vec<u32>,
}

/// Why bytes are not a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the embedded manifest is damaged at byte {offset}: {reason}")]
pub struct DecodeError {
    /// Where reading stopped.
    pub offset: usize,
    /// What was wrong there.
    pub reason: &'static str,
}

impl Chunk {
    /// What each [block](BLOCK) of the file must hash to.
    pub fn block_hashes(&self) -> &[[u8; 32]] {
        match self.blocks.as_slice() {
            [] => std::slice::from_ref(&self.sha256),
            blocks => blocks,
        }
    }
}

impl Manifest {
    /// The bytes that [`Manifest::decode`] reads.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.build.0.to_vec();
        number(&mut out, self.chunks.len());
        for chunk in &self.chunks {
            text(&mut out, &chunk.file);
            number(&mut out, chunk.size as usize);
            out.extend_from_slice(&chunk.sha256);
            out.extend_from_slice(chunk.blocks.as_flattened());
            ascending(&mut out, &chunk.slots);
        }
        number(&mut out, self.splits.len());
        for split in &self.splits {
            text(&mut out, &split.name);
            ascending(&mut out, &split.chunks);
            ascending(&mut out, &split.entries);
        }
        out
    }

    /// Reads what [`Manifest::encode`] wrote.
    ///
    /// # Errors
    /// When the bytes end early, hold a number that does not fit, or refer to a chunk that is not there.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader { bytes, offset: 0 };
        let build = BuildId(reader.array()?);
        let chunks = reader.list(|reader| {
            let file = reader.text()?;
            let size = reader.number()?;
            let sha256 = reader.array()?;
            let blocks = match (size as usize).div_ceil(BLOCK) {
                0 | 1 => 0,
                blocks => blocks,
            };
            Ok(Chunk {
                file,
                size,
                sha256,
                blocks: (0..blocks)
                    .map(|_| reader.array())
                    .collect::<Result<_, _>>()?,
                slots: reader.ascending()?,
            })
        })?;
        let splits = reader.list(|reader| {
            Ok(Split {
                name: reader.text()?,
                chunks: reader.ascending()?,
                entries: reader.ascending()?,
            })
        })?;
        if reader.offset != bytes.len() {
            return Err(reader.error("bytes after the end"));
        }
        if splits
            .iter()
            .any(|split| split.chunks.iter().any(|&c| c as usize >= chunks.len()))
        {
            return Err(reader.error("a split refers to a chunk that is not there"));
        }
        Ok(Manifest {
            build,
            chunks,
            splits,
        })
    }
}

fn number(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn text(out: &mut Vec<u8>, value: &str) {
    number(out, value.len());
    out.extend_from_slice(value.as_bytes());
}

/// Writes ascending numbers as differences: `[3, 4, 9]` as a count of 3, then 3, 1, 5.
fn ascending(out: &mut Vec<u8>, values: &[u32]) {
    number(out, values.len());
    let mut last = 0;
    for &value in values {
        number(out, (value - last) as usize);
        last = value;
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl Reader<'_> {
    fn error(&self, reason: &'static str) -> DecodeError {
        DecodeError {
            offset: self.offset,
            reason,
        }
    }

    fn take(&mut self, len: usize) -> Result<&[u8], DecodeError> {
        let rest = &self.bytes[self.offset..];
        let Some(taken) = rest.get(..len) else {
            return Err(self.error("it ends too early"));
        };
        self.offset += len;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn number(&mut self) -> Result<u32, DecodeError> {
        let mut value = 0u32;
        for shift in (0..35).step_by(7) {
            let [byte] = self.array()?;
            let bits = u32::from(byte & 0x7f);
            if bits.leading_zeros() < shift {
                return Err(self.error("a number does not fit 32 bits"));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.error("a number does not fit 32 bits"))
    }

    fn text(&mut self) -> Result<String, DecodeError> {
        let len = self.number()? as usize;
        let bytes = self.take(len)?.to_vec();
        String::from_utf8(bytes).map_err(|_| self.error("a name is not UTF-8"))
    }

    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let count = self.number()?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn ascending(&mut self) -> Result<Vec<u32>, DecodeError> {
        let mut last = 0u32;
        self.list(|reader| {
            let step = reader.number()?;
            last = last
                .checked_add(step)
                .ok_or_else(|| reader.error("a list is not ascending"))?;
            Ok(last)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        Manifest {
            build: BuildId([7; 16]),
            chunks: vec![
                Chunk {
                    file: "app-a.wasm".into(),
                    size: 300_000,
                    sha256: [1; 32],
                    blocks: Vec::new(),
                    slots: Vec::new(),
                },
                Chunk {
                    file: "app-ü.wasm".into(),
                    size: (2 * BLOCK + 1) as u32,
                    sha256: [2; 32],
                    blocks: vec![[3; 32], [4; 32], [5; 32]],
                    slots: vec![5, 6, 900, 902],
                },
            ],
            splits: vec![Split {
                name: "a".into(),
                chunks: vec![0, 1],
                entries: vec![5, 900, 901],
            }],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Manifest::decode(&sample().encode()), Ok(sample()));
    }

    #[test]
    fn every_truncation_is_an_error() {
        let bytes = sample().encode();
        for len in 0..bytes.len() {
            assert!(Manifest::decode(&bytes[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn a_split_of_an_unknown_chunk_is_an_error() {
        let mut manifest = sample();
        manifest.splits[0].chunks = vec![2];
        assert!(Manifest::decode(&manifest.encode()).is_err());
    }
}
