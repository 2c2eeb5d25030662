//! What is supported of types, tables, memories and globals: what linked Rust programs have.

use wasmparser::{
    FuncType, Global, HeapType, MemoryType, Operator, RefType, TableInit, TableType, ValType,
};

use super::error::ReadError;

/// What engines accept at the most.
const MAX_SLOTS: u64 = 10_000_000;

pub(super) fn table(ty: TableType, at: u64) -> Result<(), ReadError> {
    if ty.element_type != RefType::FUNCREF || ty.table64 || ty.shared {
        return Err(ReadError::unsupported(
            at,
            "a table of something else than functions, a shared one, or one with 64-bit indices",
        ));
    }
    match ty.initial > MAX_SLOTS {
        true => Err(ReadError::malformed(
            at,
            "the table has more than ten million slots",
        )),
        false => Ok(()),
    }
}

pub(super) fn initial(init: &TableInit, at: u64) -> Result<(), ReadError> {
    match init {
        TableInit::RefNull => Ok(()),
        TableInit::Expr(_) => Err(ReadError::unsupported(at, "a table with an initial value")),
    }
}

pub(super) fn memory(ty: MemoryType, other: Option<MemoryType>, at: u64) -> Result<(), ReadError> {
    if other.is_some() {
        return Err(ReadError::unsupported(at, "a second memory"));
    }
    match ty.memory64 || ty.page_size_log2.is_some() {
        true => Err(ReadError::unsupported(
            at,
            "a memory with 64-bit addresses or pages of another size",
        )),
        false => Ok(()),
    }
}

pub(super) fn function(ty: &FuncType, at: u64) -> Result<(), ReadError> {
    let mut values = ty.params().iter().chain(ty.results());
    values.try_for_each(|ty| value(*ty, at))
}

/// Types are numbered anew in each module, and types in types would have to be followed for that.
pub(super) fn value(ty: ValType, at: u64) -> Result<(), ReadError> {
    let has_index = |ty: RefType| !matches!(ty.heap_type(), HeapType::Abstract { .. });
    match ty {
        ValType::Ref(ty) if has_index(ty) => Err(ReadError::unsupported(
            at,
            "a type with a reference to a type of the program",
        )),
        _ => Ok(()),
    }
}

/// Functions are numbered anew too.
pub(super) fn global(global: &Global) -> Result<(), ReadError> {
    let mut operators = global.init_expr.get_operators_reader();
    let at = operators.original_position();
    value(global.ty.content_type, at)?;
    while !operators.eof() {
        match operators.read()? {
            Operator::RefFunc { .. } => {
                return Err(ReadError::unsupported(
                    at,
                    "a global with a reference to a function",
                ));
            }
            Operator::I32Const { .. }
            | Operator::I64Const { .. }
            | Operator::F32Const { .. }
            | Operator::F64Const { .. }
            | Operator::V128Const { .. }
            | Operator::GlobalGet { .. }
            | Operator::RefNull {
                hty: HeapType::Abstract { .. },
            }
            | Operator::I32Add
            | Operator::I32Sub
            | Operator::I32Mul
            | Operator::I64Add
            | Operator::I64Sub
            | Operator::I64Mul
            | Operator::End => {}
            _ => {
                return Err(ReadError::unsupported(
                    at,
                    "a global whose initial value is not a number",
                ));
            }
        }
    }
    Ok(())
}
