//! Reads the sections as they stand, and says of a wrong kind of file what it is.

use std::collections::HashSet;
use std::ops::Range;

use wasmparser::{
    BinaryReader, ConstExpr, DataKind, ElementItems, ElementKind, Encoding, ExportSectionReader,
    ExternalKind, FunctionBody, GlobalSectionReader, KnownCustom, Linking, LinkingSectionReader,
    MemorySectionReader, Name, NameSectionReader, Operator, Parser, Payload, RelocSectionReader,
    SymbolFlags, SymbolInfo, TableSectionReader, TypeRef, TypeSectionReader, Validator,
    WasmFeatures,
};

use super::data::{Extent, Segment};
use super::error::ReadError;
use super::{Custom, Export, Function, Global, Import, InputModule, Names, supported};
use crate::conventions;
use crate::ids::{Func, Type};

/// The sections of a module before relocations are looked at.
#[derive(Default)]
pub(super) struct RawModule<'a> {
    pub(super) module: Option<InputModule<'a>>,
    /// Index of the code section among all sections, and where its content lies in the input.
    pub(super) code: Option<(u32, Range<u64>)>,
    /// The same of the data section.
    pub(super) data: Option<(u32, Range<u64>)>,
    /// Where each defined function's body lies in the input.
    pub(super) bodies: Vec<Range<u64>>,
    /// Where each segment's bytes lie in the input.
    pub(super) segment_bytes: Vec<Range<u64>>,
    pub(super) segments: Vec<Segment<'a>>,
    /// Data symbols by symbol index.
    pub(super) symbols: Vec<Option<Extent>>,
    /// Data symbols that are exported or must be kept.
    pub(super) retained: Vec<usize>,
    pub(super) has_symbols: bool,
    pub(super) relocations: Vec<RelocSectionReader<'a>>,
}

struct Reader<'a> {
    raw: RawModule<'a>,
    module: InputModule<'a>,
    section: u32,
    /// The linker exports a data symbol as a global that holds its address.
    exported_globals: HashSet<&'a str>,
    /// Custom sections that name things of other sections, which may come after them.
    linking: Vec<BinaryReader<'a>>,
    names: Vec<NameSectionReader<'a>>,
    /// The first thing that is not supported.
    unsupported: Option<ReadError>,
}

/// Reads all sections.
pub(super) fn read<'a>(bytes: &'a [u8]) -> Result<RawModule<'a>, ReadError> {
    check_intrinsics(bytes)?;
    let mut reader = Reader {
        raw: RawModule::default(),
        module: InputModule::empty(),
        section: 0,
        exported_globals: HashSet::new(),
        linking: Vec::new(),
        names: Vec::new(),
        unsupported: None,
    };
    // What the sections say of each other. Bodies are validated as they are written.
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        validator.payload(&payload)?;
        let begins_section =
            payload.as_section().is_some() && !matches!(payload, Payload::CodeSectionEntry(_));
        match reader.payload(payload, bytes) {
            // What kind of file it is says more than the first thing in it that is not supported.
            Err(error @ ReadError::Unsupported { .. }) => {
                reader.unsupported.get_or_insert(error);
            }
            other => other?,
        }
        reader.section += u32::from(begins_section);
    }
    reader.finish()
}

fn check_intrinsics(bytes: &[u8]) -> Result<(), ReadError> {
    match bytes {
        [] => Err(ReadError::Empty),
        [0, b'a', b's', b'm', ..] => Ok(()),
        _ => Err(ReadError::NotWasm),
    }
}

impl<'a> InputModule<'a> {
    pub(crate) fn empty() -> Self {
        InputModule {
            types: Vec::new(),
            imports: Vec::new(),
            functions: Vec::new(),
            imported_functions: 0,
            table: None,
            memories: Vec::new(),
            globals: Vec::new(),
            tags: Vec::new(),
            imported_tags: 0,
            exports: Vec::new(),
            start: None,
            slots: Vec::new(),
            implicitly_referenced: Vec::new(),
            data: Default::default(),
            customs: Vec::new(),
            names: Names::default(),
            code_references: Vec::new(),
            data_references: Vec::new(),
            has_debug_info: false,
        }
    }
}

impl<'a> Reader<'a> {
    fn payload(&mut self, payload: Payload<'a>, bytes: &'a [u8]) -> Result<(), ReadError> {
        match payload {
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => return Err(ReadError::Component),
            Payload::TypeSection(section) => self.types(section)?,
            Payload::ImportSection(section) => {
                let at = section.range().start;
                for import in section.into_imports() {
                    self.import(import?, at)?;
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.function(Type(ty?));
                }
            }
            Payload::TableSection(section) => self.tables(section)?,
            Payload::MemorySection(section) => self.memories(section)?,
            Payload::TagSection(section) => {
                for tag in section {
                    self.module.tags.push(Type(tag?.func_type_idx));
                }
            }
            Payload::GlobalSection(section) => self.globals(section)?,
            Payload::ExportSection(section) => self.exports(section)?,
            Payload::StartSection { func, .. } => self.module.start = Some(Func(func)),
            Payload::ElementSection(section) => {
                for element in section {
                    self.element(element?)?;
                }
            }
            Payload::CodeSectionStart {
                unchecked_range, ..
            } => self.raw.code = Some((self.section, unchecked_range)),
            Payload::CodeSectionEntry(body) => self.body(&body),
            Payload::DataSection(section) => {
                self.raw.data = Some((self.section, section.range()));
                for data in section {
                    self.segment(data?, bytes)?;
                }
            }
            Payload::CustomSection(section) => self.custom(section)?,
            _ => {}
        }
        Ok(())
    }

    fn types(&mut self, section: TypeSectionReader<'a>) -> Result<(), ReadError> {
        let at = section.range().start;
        for ty in section.into_iter_err_on_gc_types() {
            let ty = ty?;
            supported::function(&ty, at)?;
            self.module.types.push(ty);
        }
        Ok(())
    }

    fn tables(&mut self, section: TableSectionReader<'a>) -> Result<(), ReadError> {
        let at = section.range().start;
        for table in section {
            let table = table?;
            supported::initial(&table.init, at)?;
            self.table(table.ty, at)?;
        }
        Ok(())
    }

    fn memories(&mut self, section: MemorySectionReader<'a>) -> Result<(), ReadError> {
        let at = section.range().start;
        for memory in section {
            let memory = memory?;
            supported::memory(memory, self.module.memory(), at)?;
            self.module.memories.push(memory);
        }
        Ok(())
    }

    fn globals(&mut self, section: GlobalSectionReader<'a>) -> Result<(), ReadError> {
        for global in section {
            let global = global?;
            supported::global(&global)?;
            self.module.globals.push(Global {
                ty: global.ty,
                init: Some(global.init_expr),
            });
        }
        Ok(())
    }

    fn exports(&mut self, section: ExportSectionReader<'a>) -> Result<(), ReadError> {
        for export in section {
            let export = export?;
            if export.kind == ExternalKind::Global {
                self.exported_globals.insert(export.name);
            }
            self.module.exports.push(Export {
                name: export.name,
                kind: export.kind,
                index: export.index,
            });
        }
        Ok(())
    }

    fn body(&mut self, body: &FunctionBody<'a>) {
        let defined = self.module.imported_functions + self.raw.bodies.len();
        self.raw.bodies.push(body.range());
        if let Some(function) = self.module.functions.get_mut(defined) {
            function.body = body.as_bytes();
        }
    }

    fn import(&mut self, import: wasmparser::Import<'a>, at: u64) -> Result<(), ReadError> {
        match import.ty {
            TypeRef::Func(ty) => {
                self.function(Type(ty));
                self.module.imported_functions += 1;
            }
            TypeRef::Global(ty) => {
                supported::value(ty.content_type, at)?;
                self.module.globals.push(Global { ty, init: None });
            }
            TypeRef::Tag(tag) => {
                self.module.tags.push(Type(tag.func_type_idx));
                self.module.imported_tags += 1;
            }
            TypeRef::Memory(memory) => supported::memory(memory, self.module.memory(), at)?,
            TypeRef::Table(ty) => {
                self.table(ty, at)?;
                return Err(ReadError::unsupported(at, "an imported table"));
            }
            TypeRef::FuncExact(_) => {
                return Err(ReadError::unsupported(at, "an import of an exact type"));
            }
        }
        self.module.imports.push(Import {
            module: import.module,
            name: import.name,
            ty: import.ty,
        });
        Ok(())
    }

    fn function(&mut self, ty: Type) {
        self.module.functions.push(Function {
            ty,
            body: &[],
            references: 0..0,
        });
    }

    fn table(&mut self, ty: wasmparser::TableType, at: u64) -> Result<(), ReadError> {
        if self.module.table.is_some() {
            return Err(ReadError::unsupported(at, "a second table"));
        }
        supported::table(ty, at)?;
        self.module.table = Some(ty);
        Ok(())
    }

    fn element(&mut self, element: wasmparser::Element<'a>) -> Result<(), ReadError> {
        let at = element.range.start;
        let (
            ElementKind::Active {
                table_index: None | Some(0),
                offset_expr,
            },
            ElementItems::Functions(items),
        ) = (element.kind, element.items)
        else {
            return Err(ReadError::unsupported(
                at,
                "an element segment that is not an active list of functions",
            ));
        };
        let first = constant(&offset_expr)?.ok_or_else(|| {
            ReadError::unsupported(at, "an element segment whose offset is not a constant")
        })? as usize;
        let limit = self.module.table.map_or(0, |table| table.initial) as usize;
        if first
            .checked_add(items.count() as usize)
            .is_none_or(|end| end > limit)
        {
            return Err(ReadError::malformed(
                at,
                "an element segment does not fit into the table",
            ));
        }
        self.module.slots.resize(limit, None);
        for (slot, func) in (first..).zip(items) {
            self.module.slots[slot] = Some(Func(func?));
        }
        Ok(())
    }

    fn segment(&mut self, data: wasmparser::Data<'a>, bytes: &'a [u8]) -> Result<(), ReadError> {
        let at = data.range.start;
        let (address, passive) = match data.kind {
            DataKind::Active {
                memory_index: 0,
                offset_expr,
            } => {
                let address = constant(&offset_expr)?.ok_or_else(|| {
                    ReadError::unsupported(at, "a data segment whose address is not a constant")
                })?;
                (address, false)
            }
            DataKind::Active { .. } => return Err(ReadError::unsupported(at, "a second memory")),
            DataKind::Passive => (0, true),
        };
        if u64::from(address) + data.data.len() as u64 > u64::from(u32::MAX) {
            return Err(ReadError::malformed(
                at,
                "a data segment does not fit into memory",
            ));
        }
        let start = data.data.as_ptr() as usize - bytes.as_ptr() as usize;
        self.raw
            .segment_bytes
            .push(start as u64..(start + data.data.len()) as u64);
        self.raw.segments.push(Segment {
            address,
            bytes: data.data,
            thread_local: false,
            passive,
        });
        Ok(())
    }

    fn custom(&mut self, section: wasmparser::CustomSectionReader<'a>) -> Result<(), ReadError> {
        let name = section.name();
        match section.as_known() {
            _ if name == conventions::LINKING => {
                let reader = BinaryReader::new(section.data(), section.data_offset());
                self.linking.push(reader);
            }
            _ if [conventions::RELOC_CODE, conventions::RELOC_DATA].contains(&name) => {
                let reader = BinaryReader::new(section.data(), section.data_offset());
                self.raw.relocations.push(RelocSectionReader::new(reader)?);
            }
            _ if name.starts_with(conventions::DEBUG_PREFIX) => self.module.has_debug_info = true,
            _ if name.starts_with(conventions::RELOC_PREFIX) => {}
            KnownCustom::Name(names) => self.names.push(names),
            _ => self.module.customs.push(Custom {
                name,
                bytes: section.data(),
            }),
        }
        Ok(())
    }

    fn linking(&mut self, reader: BinaryReader<'a>) -> Result<(), ReadError> {
        for part in LinkingSectionReader::new(reader)?.subsections() {
            match part? {
                Linking::SymbolTable(symbols) => {
                    self.raw.has_symbols = true;
                    for symbol in symbols {
                        self.symbol(symbol?);
                    }
                }
                Linking::SegmentInfo(infos) => {
                    for (segment, info) in self.raw.segments.iter_mut().zip(infos) {
                        // Without shared memory the only thread's data is active, as any other.
                        segment.thread_local =
                            info?.name.starts_with(conventions::TLS_SEGMENT) && segment.passive;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn symbol(&mut self, symbol: SymbolInfo<'a>) {
        let position = self.raw.symbols.len();
        let mut extent = None;
        if let SymbolInfo::Data {
            flags,
            name,
            symbol: Some(defined),
        } = symbol
        {
            let thread_local = flags.contains(SymbolFlags::TLS);
            let end = defined.offset.checked_add(defined.size);
            if let (false, false, Some(end)) =
                (thread_local, flags.contains(SymbolFlags::ABSOLUTE), end)
            {
                extent = Some((defined.index as usize, defined.offset..end));
            }
            let kept = SymbolFlags::EXPORTED | SymbolFlags::NO_STRIP;
            if flags.intersects(kept) || self.exported_globals.contains(name) {
                self.raw.retained.push(position);
            }
        }
        self.raw.symbols.push(extent);
    }

    /// Names are a convenience: what cannot be read of them is left out.
    fn name(&mut self, names: NameSectionReader<'a>) {
        let count = self.module.functions.len();
        self.module.names.functions = vec![None; count];
        for part in names.into_iter().map_while(Result::ok) {
            match part {
                Name::Function(map) => {
                    for naming in map.into_iter().map_while(Result::ok) {
                        if let Some(name) =
                            self.module.names.functions.get_mut(naming.index as usize)
                        {
                            *name = Some(naming.name);
                        }
                    }
                }
                Name::Global(map) => {
                    let globals = self.module.globals.len();
                    let names = map.into_iter().map_while(Result::ok);
                    let names = names.map(|naming| (naming.index, naming.name));
                    let of_globals = names.filter(|(index, _)| (*index as usize) < globals);
                    self.module.names.globals.extend(of_globals);
                }
                _ => {}
            }
        }
    }

    fn finish(mut self) -> Result<RawModule<'a>, ReadError> {
        for reader in std::mem::take(&mut self.linking) {
            self.linking(reader)?;
        }
        for names in std::mem::take(&mut self.names) {
            self.name(names);
        }
        let module = &self.module;
        if module.imported_functions + self.raw.bodies.len() != module.functions.len() {
            return Err(ReadError::malformed(
                0,
                "functions and bodies differ in number",
            ));
        }
        let of_bindgen = |import: &Import| {
            import.module == conventions::BINDGEN_OUTPUT_IMPORTS
                || import.module.ends_with("_bg.js")
        };
        let has_bindgen_section = module
            .customs
            .iter()
            .any(|c| c.name == conventions::BINDGEN_SECTION);
        if !has_bindgen_section && module.imports.iter().any(of_bindgen) {
            return Err(ReadError::AlreadyBound);
        }
        if !self.raw.has_symbols {
            return Err(ReadError::NoSymbols);
        }
        if !module.functions.is_empty() && self.raw.relocations.is_empty() {
            return Err(ReadError::NoRelocations);
        }
        if let Some(error) = self.unsupported {
            return Err(error);
        }
        self.raw.module = Some(self.module);
        Ok(self.raw)
    }
}

/// The value of an expression that is one `i32.const`.
fn constant(expression: &ConstExpr) -> Result<Option<u32>, ReadError> {
    let mut operators = expression.get_operators_reader();
    Ok(match (operators.read()?, operators.read()?) {
        (Operator::I32Const { value }, Operator::End) => Some(value as u32),
        _ => None,
    })
}
