//! Finds the references of bodies for which the linker wrote no relocations, by decoding them.
//!
//! The linker makes some functions itself (`__wasm_call_ctors`, `*.command_export`), and link-time optimisation leaves
//! stubs without relocations. Addresses in such bodies look like any number, and stay as they are.

use wasmparser::{BinaryReader, BlockType, FunctionBody, Operator};

use super::Segment;
use super::error::ReadError;
use super::references::{Reference, ReferenceKind, SegmentCopy};
use crate::ids::{Func, Global, Tag, Type};

/// The references of a body at an offset of the input.
pub(super) fn references(
    body: &[u8],
    offset: u64,
    segments: &[Segment],
) -> Result<Vec<Reference>, ReadError> {
    let mut references = Vec::new();
    let mut constants = Constants::default();
    let function = FunctionBody::new(BinaryReader::new(body, offset));
    let mut operators = function.get_operators_reader()?;
    while !operators.eof() {
        let (operator, at) = operators.read_with_offset()?;
        let end = operators.original_position();
        let after_opcode = (at - offset) as u32 + 1;
        let stays = |segment: u32| {
            segments
                .get(segment as usize)
                .is_some_and(|s| s.thread_local)
        };
        let before = constants.note(&operator, at);
        let kind = match operator {
            Operator::Call { function_index } => ReferenceKind::Call(Func(function_index)),
            Operator::ReturnCall { function_index } => {
                ReferenceKind::TailCall(Func(function_index))
            }
            Operator::CallIndirect { type_index, .. }
            | Operator::ReturnCallIndirect { type_index, .. } => {
                ReferenceKind::Type(Type(type_index))
            }
            Operator::Block {
                blockty: BlockType::FuncType(ty),
            }
            | Operator::Loop {
                blockty: BlockType::FuncType(ty),
            }
            | Operator::If {
                blockty: BlockType::FuncType(ty),
            }
            | Operator::Try {
                blockty: BlockType::FuncType(ty),
            } => ReferenceKind::BlockType(Type(ty)),
            Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                ReferenceKind::Global(Global(global_index), None)
            }
            Operator::Throw { tag_index } | Operator::Catch { tag_index } => {
                ReferenceKind::Tag(Tag(tag_index))
            }
            Operator::MemoryInit { data_index, .. } | Operator::DataDrop { data_index }
                if stays(data_index) =>
            {
                // After the prefix and the number of the instruction.
                references.push(Reference {
                    offset: after_opcode + 1,
                    kind: ReferenceKind::Segment(data_index),
                });
                continue;
            }
            Operator::DataDrop { .. } => {
                let length = (end - at) as u32;
                let offset = (at - offset) as u32;
                references.push(Reference {
                    offset,
                    kind: ReferenceKind::Drop { length },
                });
                continue;
            }
            Operator::MemoryInit { data_index, .. } => {
                let (start, address) = before
                    .of_whole(segments.get(data_index as usize))
                    .ok_or_else(|| {
                        ReadError::unsupported(
                            at,
                            "a `memory.init` of something else than a whole segment",
                        )
                    })?;
                let copy = SegmentCopy {
                    segment: data_index,
                    address,
                    length: (end - start) as u32,
                };
                let offset = (start - offset) as u32;
                references.push(Reference {
                    offset,
                    kind: ReferenceKind::Copy(copy),
                });
                continue;
            }
            Operator::RefFunc { .. }
            | Operator::TryTable { .. }
            | Operator::TableInit { .. }
            | Operator::ElemDrop { .. } => {
                return Err(ReadError::unsupported(
                    at,
                    "an instruction without a relocation that refers to a function, a tag or a list of functions",
                ));
            }
            _ => continue,
        };
        references.push(Reference {
            offset: after_opcode,
            kind,
        });
    }
    Ok(references)
}

/// Refuses instructions that name a segment, in a body whose other references have relocations: these have none, and
/// segments are numbered anew.
pub(super) fn check_segments(body: &[u8], offset: u64) -> Result<(), ReadError> {
    /// `memory.init`, `data.drop`, `table.init` and `elem.drop`, as compilers write them. Decoding is slow, and hardly
    /// any body has these bytes.
    const INSTRUCTIONS: [[u8; 2]; 4] = [[0xfc, 8], [0xfc, 9], [0xfc, 12], [0xfc, 13]];
    if !body
        .windows(2)
        .any(|pair| INSTRUCTIONS.iter().any(|it| it == pair))
    {
        return Ok(());
    }
    let function = FunctionBody::new(BinaryReader::new(body, offset));
    let mut operators = function.get_operators_reader()?;
    while !operators.eof() {
        let (operator, at) = operators.read_with_offset()?;
        if let Operator::MemoryInit { .. }
        | Operator::DataDrop { .. }
        | Operator::TableInit { .. }
        | Operator::ElemDrop { .. } = operator
        {
            return Err(ReadError::unsupported(
                at,
                "an instruction that names a segment, in a function of the program's own",
            ));
        }
    }
    Ok(())
}

/// The constants that come directly before an instruction, with where they begin; the last three at the most.
#[derive(Clone, Copy, Default)]
struct Constants([Option<(u64, i32)>; 3]);

impl Constants {
    /// Takes notice of an instruction and returns what came before it.
    fn note(&mut self, operator: &Operator, at: u64) -> Constants {
        let before = *self;
        self.0 = match operator {
            Operator::I32Const { value } => [self.0[1], self.0[2], Some((at, *value))],
            _ => [None; 3],
        };
        before
    }

    /// Where the constants begin and the address, if they are those of copying a whole segment.
    fn of_whole(self, segment: Option<&Segment>) -> Option<(u64, u32)> {
        let [Some((start, address)), Some((_, 0)), Some((_, length))] = self.0 else {
            return None;
        };
        (segment?.bytes.len() == length as usize).then_some((start, address as u32))
    }
}
