//! Finds the sites of bodies for which the linker wrote no relocations, by decoding them.
//!
//! The linker makes some functions itself (`__wasm_call_ctors`, `*.command_export`), and link-time optimisation leaves
//! stubs without relocations. Addresses in such bodies cannot be told from numbers and stay as they are.

use wasmparser::{BinaryReader, BlockType, FunctionBody, Operator};

use super::sites::{Site, SiteKind};
use crate::error::ReadError;
use crate::ids::{Func, Global, Tag, Type};

/// The sites of a body at an offset of the input.
pub(super) fn sites(body: &[u8], offset: u64) -> Result<Vec<Site>, ReadError> {
    let mut sites = Vec::new();
    let function = FunctionBody::new(BinaryReader::new(body, offset));
    let mut operators = function.get_operators_reader()?;
    while !operators.eof() {
        let (operator, at) = operators.read_with_offset()?;
        let behind_opcode = (at - offset) as u32 + 1;
        let kind = match operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                SiteKind::Call(Func(function_index))
            }
            Operator::CallIndirect { type_index, .. }
            | Operator::ReturnCallIndirect { type_index, .. } => SiteKind::Type(Type(type_index)),
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
            } => SiteKind::Type(Type(ty)),
            Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                SiteKind::Global(Global(global_index), None)
            }
            Operator::Throw { tag_index } | Operator::Catch { tag_index } => {
                SiteKind::Tag(Tag(tag_index))
            }
            Operator::RefFunc { .. } | Operator::TryTable { .. } => {
                return Err(ReadError::unsupported(
                    at,
                    "an instruction without a relocation that refers to a function or tag",
                ));
            }
            _ => continue,
        };
        sites.push(Site {
            offset: behind_opcode,
            kind,
        });
    }
    Ok(sites)
}
