//! Turns relocations into references: checked, sorted, and with the values that the linker wrote.
//!
//! The value at a place is taken from the place itself, which holds the final index; the symbol is asked only for the
//! interval that an address belongs to.

use rayon::prelude::*;
use wasmparser::{BinaryReader, RelocationEntry, RelocationType};

use super::error::ReadError;
use super::sections::RawModule;
use super::{DataMap, Function, InputModule, Reference, ReferenceKind, Segment, decode};
use crate::ids::{Func, Global, Interval, Slot, Tag, Type};

/// The opcodes before a number that more than one instruction has; wasmparser does not name them.
const CALL: u8 = 0x10;
const RETURN_CALL: u8 = 0x12;
const CALL_INDIRECT: u8 = 0x11;
const RETURN_CALL_INDIRECT: u8 = 0x13;

/// Adds the references to the module.
pub(super) fn resolve(mut raw: RawModule<'_>) -> Result<InputModule<'_>, ReadError> {
    let mut code = Vec::new();
    let mut data = Vec::new();
    for section in std::mem::take(&mut raw.relocations) {
        let place = Some(section.section_index());
        let into = match () {
            () if raw.code.as_ref().map(|c| c.0) == place => &mut code,
            () if raw.data.as_ref().map(|d| d.0) == place => &mut data,
            () => {
                return Err(ReadError::malformed(
                    section.range().start,
                    "relocations of a section that is neither code nor data",
                ));
            }
        };
        for entry in section.entries() {
            into.push(entry?);
        }
    }
    code.sort_by_key(|entry| entry.offset);
    data.sort_by_key(|entry| entry.offset);

    let Some(mut module) = raw.module.take() else {
        return Err(ReadError::NotWasm);
    };
    locate_passive(&module, &mut raw)?;
    module.data = DataMap::new(
        std::mem::take(&mut raw.segments),
        &raw.symbols,
        &raw.retained,
    );
    code_references(&mut module, &raw, &code)?;
    data_references(&mut module, &raw, &data)?;
    check_indices(&module)?;
    module.implicitly_referenced = implicitly_referenced(&module);
    // Programs have tables of functions in their data. (A program that has none takes all addresses in code.)
    match data.is_empty() && !module.implicitly_referenced.is_empty() {
        true => Err(ReadError::NoDataRelocations),
        false => Ok(module),
    }
}

/// Functions in the table whose address no reference takes.
fn implicitly_referenced(module: &InputModule) -> Vec<Func> {
    let mut taken = vec![false; module.slots.len()];
    let in_data = module
        .data_references
        .iter()
        .map(|(_, reference)| reference);
    for reference in module.code_references.iter().chain(in_data) {
        if let ReferenceKind::SlotConst(slot) | ReferenceKind::SlotWord(slot) = reference.kind
            && let Some(taken) = taken.get_mut(slot.at())
        {
            *taken = true;
        }
    }
    let held = module.slots.iter().zip(taken);
    held.filter(|(_, taken)| !taken)
        .filter_map(|(func, _)| *func)
        .collect()
}

/// Takes the addresses of passive segments from the start function, which copies them.
fn locate_passive(module: &InputModule, raw: &mut RawModule) -> Result<(), ReadError> {
    if !raw.segments.iter().any(|segment| segment.passive) {
        return Ok(());
    }
    let start = module.start.map(|start| start.at());
    let body = start.and_then(|start| {
        let range = raw
            .bodies
            .get(start.checked_sub(module.imported_functions)?)?;
        Some((module.functions.get(start)?.body, range.start))
    });
    let references = match body {
        Some((body, at)) => decode::references(body, at, &raw.segments)?,
        None => Vec::new(),
    };
    let mut copied = vec![false; raw.segments.len()];
    for reference in references {
        if let ReferenceKind::Copy(copy) = reference.kind {
            raw.segments[copy.segment as usize].address = copy.address;
            copied[copy.segment as usize] = true;
        }
    }
    let is_lost = |(segment, copied): (&Segment, &bool)| {
        let carried = segment.bytes.iter().any(|&byte| byte != 0);
        segment.passive && !segment.thread_local && carried && !copied
    };
    match raw.segments.iter().zip(&copied).any(is_lost) {
        true => Err(ReadError::unsupported(
            0,
            "a passive data segment that the start function does not copy",
        )),
        false => Ok(()),
    }
}

fn code_references(
    module: &mut InputModule,
    raw: &RawModule,
    entries: &[RelocationEntry],
) -> Result<(), ReadError> {
    let base = raw.code.as_ref().map_or(0, |(_, range)| range.start);
    let mut rest = entries;
    let mut work = Vec::with_capacity(raw.bodies.len());
    for body in &raw.bodies {
        let end = rest.partition_point(|entry| base + u64::from(entry.offset) < body.end);
        let (mine, others) = rest.split_at(end);
        work.push((body, mine));
        rest = others;
    }
    if let Some(entry) = rest.first() {
        return Err(ReadError::relocation(
            "code",
            entry,
            "it lies after the last function",
        ));
    }
    let data = &module.data;
    let first = module.imported_functions;
    let bodies = &module.functions[first..];
    let references: Vec<Vec<Reference>> = work
        .par_iter()
        .zip(bodies)
        .map(|((range, entries), function)| body_sites(data, function, range.start, base, entries))
        .collect::<Result<_, _>>()?;
    for (function, references) in module.functions[first..].iter_mut().zip(references) {
        let start = module.code_references.len();
        module.code_references.extend(references);
        function.references = start..module.code_references.len();
    }
    Ok(())
}

fn body_sites(
    data: &DataMap,
    function: &Function,
    start: u64,
    base: u64,
    entries: &[RelocationEntry],
) -> Result<Vec<Reference>, ReadError> {
    if entries.is_empty() {
        return decode::references(function.body, start, &data.segments);
    }
    decode::check_segments(function.body, start)?;
    let mut references = Vec::with_capacity(entries.len());
    // A body begins with its locals, so no number stands at its very start.
    let mut free_from = 1;
    for entry in entries {
        let offset = (base + u64::from(entry.offset))
            .checked_sub(start)
            .filter(|&offset| offset >= free_from)
            .ok_or_else(|| {
                ReadError::relocation("code", entry, "it does not lie in a function of its own")
            })?;
        let bytes = function.body.get(offset as usize..).unwrap_or(&[]);
        let kind = code_site(data, bytes, entry)?;
        let kind = match (kind, function.body[offset as usize - 1]) {
            (ReferenceKind::Call(_), CALL) => kind,
            (ReferenceKind::Call(callee), RETURN_CALL) => ReferenceKind::TailCall(callee),
            (ReferenceKind::Call(_), _) => {
                return Err(ReadError::unsupported(
                    start + offset,
                    "a reference to a function that is not a call (`ref.func`)",
                ));
            }
            (ReferenceKind::Type(_), CALL_INDIRECT | RETURN_CALL_INDIRECT) => kind,
            (ReferenceKind::Type(ty), _) => ReferenceKind::BlockType(ty),
            _ => kind,
        };
        free_from = offset + 5;
        references.push(Reference {
            offset: offset as u32,
            kind,
        });
    }
    Ok(references)
}

fn code_site(
    data: &DataMap,
    bytes: &[u8],
    entry: &RelocationEntry,
) -> Result<ReferenceKind, ReadError> {
    // Of a type it is the type that a relocation names, of anything else a symbol.
    if entry.ty != RelocationType::TypeIndexLeb {
        interval_of(data, "code", entry)?;
    }
    let truncated =
        || ReadError::relocation("code", entry, "no padded number of five bytes is there");
    let unsigned = || padded(bytes, BinaryReader::read_var_u32).ok_or_else(truncated);
    let signed = || padded(bytes, BinaryReader::read_var_i32).ok_or_else(truncated);
    let interval = || interval_of(data, "code", entry);
    Ok(match entry.ty {
        RelocationType::FunctionIndexLeb => ReferenceKind::Call(Func(unsigned()?)),
        RelocationType::TableIndexSleb => ReferenceKind::SlotConst(Slot(signed()? as u32)),
        RelocationType::MemoryAddrSleb => ReferenceKind::AddressConst(signed()?, interval()?),
        RelocationType::MemoryAddrLeb => ReferenceKind::AddressOffset(unsigned()?, interval()?),
        RelocationType::TypeIndexLeb => ReferenceKind::Type(Type(unsigned()?)),
        RelocationType::GlobalIndexLeb => ReferenceKind::Global(Global(unsigned()?), interval()?),
        RelocationType::EventIndexLeb => ReferenceKind::Tag(Tag(unsigned()?)),
        RelocationType::TableNumberLeb => ReferenceKind::Table,
        RelocationType::MemoryAddrTlsSleb => ReferenceKind::ThreadOffset(signed()?),
        _ => {
            return Err(ReadError::relocation(
                "code",
                entry,
                "its kind is not one of a linked 32-bit program",
            ));
        }
    })
}

/// A number that the linker has padded to five bytes, at the beginning of `bytes`.
fn padded<'a, T>(
    bytes: &'a [u8],
    read: impl Fn(&mut BinaryReader<'a>) -> wasmparser::Result<T>,
) -> Option<T> {
    let mut reader = BinaryReader::new(bytes.get(..5)?, 0);
    let number = read(&mut reader).ok()?;
    reader.eof().then_some(number)
}

fn interval_of(
    data: &DataMap,
    section: &'static str,
    entry: &RelocationEntry,
) -> Result<Option<Interval>, ReadError> {
    data.of_symbol
        .get(entry.index as usize)
        .copied()
        .ok_or_else(|| ReadError::relocation(section, entry, "the symbol table has no such symbol"))
}

fn data_references(
    module: &mut InputModule,
    raw: &RawModule,
    entries: &[RelocationEntry],
) -> Result<(), ReadError> {
    let base = raw.data.as_ref().map_or(0, |(_, range)| range.start);
    for entry in entries {
        let outside = || ReadError::relocation("data", entry, "it does not lie in a segment");
        let at = base + u64::from(entry.offset);
        let segment = raw.segment_bytes.partition_point(|range| range.end <= at);
        let range = raw.segment_bytes.get(segment).ok_or_else(outside)?;
        let offset = at.checked_sub(range.start).ok_or_else(outside)?;
        let bytes = module.data.segments[segment].bytes;
        let word = bytes
            .get(offset as usize..)
            .and_then(|rest| rest.first_chunk::<4>())
            .map(|word| u32::from_le_bytes(*word))
            .ok_or_else(outside)?;
        let kind = match entry.ty {
            RelocationType::TableIndexI32 => {
                interval_of(&module.data, "data", entry)?;
                ReferenceKind::SlotWord(Slot(word))
            }
            RelocationType::MemoryAddrI32 | RelocationType::MemoryAddrLocrelI32 => {
                ReferenceKind::AddressWord(interval_of(&module.data, "data", entry)?)
            }
            _ => {
                return Err(ReadError::relocation(
                    "data",
                    entry,
                    "its kind is not one of a linked 32-bit program",
                ));
            }
        };
        let interval = module.data.interval_at(segment, offset as u32);
        module.data_references.push((
            interval,
            Reference {
                offset: offset as u32,
                kind,
            },
        ));
    }
    module
        .data_references
        .sort_by_key(|(interval, _)| *interval);
    Ok(())
}

/// Checks the indices that later phases follow.
fn check_indices(module: &InputModule) -> Result<(), ReadError> {
    let functions = module.functions.len();
    let wrong = |what| Err(ReadError::malformed(0, what));
    if module
        .functions
        .iter()
        .any(|f| f.ty.at() >= module.types.len())
        || module.tags.iter().any(|ty| ty.at() >= module.types.len())
    {
        return wrong("a function or tag has a type that is not there");
    }
    if module
        .slots
        .iter()
        .flatten()
        .any(|func| func.at() >= functions)
        || module.start.is_some_and(|func| func.at() >= functions)
    {
        return wrong("the table or the start section names a function that is not there");
    }
    let exports_exist = module.exports.iter().all(|export| match export.kind {
        wasmparser::ExternalKind::Func => (export.index as usize) < functions,
        wasmparser::ExternalKind::Global => (export.index as usize) < module.globals.len(),
        wasmparser::ExternalKind::Tag => (export.index as usize) < module.tags.len(),
        _ => true,
    });
    if !exports_exist {
        return wrong("an export names something that is not there");
    }
    let sites_exist = module
        .code_references
        .iter()
        .all(|reference| match reference.kind {
            ReferenceKind::Call(func) | ReferenceKind::TailCall(func) => func.at() < functions,
            ReferenceKind::Type(ty) | ReferenceKind::BlockType(ty) => ty.at() < module.types.len(),
            ReferenceKind::Global(global, _) => global.at() < module.globals.len(),
            ReferenceKind::Tag(tag) => tag.at() < module.tags.len(),
            _ => true,
        });
    match sites_exist {
        true => Ok(()),
        false => wrong("code refers to something that is not there"),
    }
}
