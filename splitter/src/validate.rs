//! Checks the modules that were written before anything is published: that they are valid with the features that the
//! program uses, and that engines accept their sizes.

use rayon::prelude::*;
use wasmparser::{
    BinaryReader, FuncToValidate, FuncValidatorAllocations, FunctionBody, Parser, Payload, TypeRef,
    ValidPayload, Validator, ValidatorResources, WasmFeatures,
};

use crate::emit::ModuleError;
use crate::names;
use crate::read::ReadError;

/// What the splitter itself and wasm-bindgen write; every engine that the loader runs in has it.
const ALWAYS: WasmFeatures = WasmFeatures::WASM2;

/// What a program can use besides, and how compilers call it in the section `target_features`.
const DECLARED: [(&str, WasmFeatures); 6] = [
    ("atomics", WasmFeatures::THREADS),
    (
        "exception-handling",
        WasmFeatures::EXCEPTIONS.union(WasmFeatures::LEGACY_EXCEPTIONS),
    ),
    ("extended-const", WasmFeatures::EXTENDED_CONST),
    ("relaxed-simd", WasmFeatures::RELAXED_SIMD),
    ("tail-call", WasmFeatures::TAIL_CALL),
    ("wide-arithmetic", WasmFeatures::WIDE_ARITHMETIC),
];

/// The limits of engines, as V8 has them and the JavaScript interface names them.
const MAX_FUNCTIONS: usize = 1_000_000;
const MAX_BODY: usize = 7_654_321;
const MAX_LOCALS: usize = 50_000;
const MAX_SEGMENTS: usize = 100_000;

/// Checks the modules of one program.
#[derive(Clone, Debug)]
pub(crate) struct Checker<'a> {
    input: &'a [u8],
    features: WasmFeatures,
}

/// What is wrong with a module.
#[derive(Debug)]
enum Fault {
    Invalid {
        function: Option<u32>,
        error: wasmparser::Error,
    },
    TooLarge {
        function: Option<u32>,
        what: &'static str,
        found: usize,
        limit: usize,
    },
}

impl<'a> Checker<'a> {
    /// Takes the features that the input declares, and those that its sections show it to use.
    pub(crate) fn new(input: &'a [u8]) -> Self {
        let mut features = ALWAYS;
        // The phase that reads the input reports what cannot be read.
        for payload in Parser::new(0).parse_all(input).map_while(Result::ok) {
            features |= match payload {
                Payload::CustomSection(section) if section.name() == "target_features" => {
                    declared(section.data()).unwrap_or(WasmFeatures::empty())
                }
                Payload::TagSection(_) => WasmFeatures::EXCEPTIONS,
                Payload::ImportSection(section) => {
                    let imports = section.into_imports().map_while(Result::ok);
                    let shared = |ty| matches!(ty, TypeRef::Memory(memory) if memory.shared);
                    match imports.map(|import| import.ty).any(shared) {
                        true => WasmFeatures::THREADS,
                        false => WasmFeatures::empty(),
                    }
                }
                _ => continue,
            };
        }
        Checker { input, features }
    }

    /// Checks a module; `name_of` tells what a function of it is called.
    pub(crate) fn check(
        &self,
        module: &str,
        wasm: &[u8],
        name_of: impl Fn(u32) -> Option<String>,
    ) -> Result<(), ModuleError> {
        let Err(fault) = validate(wasm, self.features) else {
            return Ok(());
        };
        let fault = match fault {
            Fault::Invalid { .. } => match self.blame_input()? {
                Some(features) => match validate(wasm, features) {
                    Ok(()) => return Ok(()),
                    Err(fault) => fault,
                },
                None => fault,
            },
            fault => fault,
        };
        Err(fault.into_error(module, name_of))
    }

    /// Whether the input is at fault, which is asked only when a module is invalid: it may be damaged, use what is not
    /// supported, or use more features than it declares, which are returned.
    fn blame_input(&self) -> Result<Option<WasmFeatures>, ModuleError> {
        if validate(self.input, self.features).is_ok() {
            return Ok(None);
        }
        let supported = DECLARED.iter().map(|(_, feature)| *feature);
        let supported = supported.fold(ALWAYS, WasmFeatures::union);
        match validate(self.input, supported) {
            Ok(()) => Ok(Some(supported)),
            Err(Fault::Invalid { error, .. }) => Err(ModuleError::Input(
                match validate(self.input, WasmFeatures::all()) {
                    Ok(()) => ReadError::unsupported(
                        error.offset(),
                        format!("a feature of WebAssembly ({})", error.message()),
                    ),
                    Err(_) => error.into(),
                },
            )),
            Err(fault) => {
                Err(fault.into_error("input", |index| names::of_function(self.input, index)))
            }
        }
    }
}

/// The features that the section lists with a `+`; `None` if it cannot be read.
fn declared(section: &[u8]) -> Option<WasmFeatures> {
    let mut reader = BinaryReader::new(section, 0);
    let mut features = WasmFeatures::empty();
    for _ in 0..reader.read_var_u32().ok()? {
        let is_used = reader.read_u8().ok()? == b'+';
        let name = reader.read_string().ok()?;
        let feature = DECLARED.iter().find(|(known, _)| is_used && *known == name);
        features |= feature.map_or(WasmFeatures::empty(), |(_, feature)| *feature);
    }
    Some(features)
}

/// Of several faults in functions, the first one is returned.
fn validate(wasm: &[u8], features: WasmFeatures) -> Result<(), Fault> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut bodies = Vec::new();
    let mut counts = Counts::default();
    for payload in parser.parse_all(wasm) {
        let payload = payload.map_err(Fault::of_module)?;
        counts.add(&payload).map_err(Fault::of_module)??;
        if let ValidPayload::Func(function, body) =
            validator.payload(&payload).map_err(Fault::of_module)?
        {
            bodies.push((function, body));
        }
    }
    let faults = bodies.into_par_iter().map_init(
        FuncValidatorAllocations::default,
        |kept, (function, body)| of_body(kept, function, &body),
    );
    match faults.find_map_first(|fault| fault) {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}

fn of_body(
    kept: &mut FuncValidatorAllocations,
    function: FuncToValidate<ValidatorResources>,
    body: &FunctionBody,
) -> Option<Fault> {
    let index = Some(function.index);
    let fault = |error| {
        Some(Fault::Invalid {
            function: index,
            error,
        })
    };
    match locals(body) {
        Ok(found) if found > MAX_LOCALS => {
            return Some(Fault::TooLarge {
                function: index,
                what: "locals",
                found,
                limit: MAX_LOCALS,
            });
        }
        Ok(_) => {}
        Err(error) => return fault(error),
    }
    let mut validator = function.into_validator(std::mem::take(kept));
    let result = validator.validate(body);
    *kept = validator.into_allocations();
    result.err().and_then(fault)
}

fn locals(body: &FunctionBody) -> wasmparser::Result<usize> {
    let mut count = 0;
    for locals in body.get_locals_reader()? {
        count += locals?.0 as usize;
    }
    Ok(count)
}

/// What is limited in a module as a whole.
#[derive(Default)]
struct Counts {
    functions: usize,
    bodies: usize,
}

impl Counts {
    fn add(&mut self, payload: &Payload) -> wasmparser::Result<Result<(), Fault>> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    self.functions += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
                self.bodies = self.functions;
            }
            Payload::FunctionSection(section) => self.functions += section.count() as usize,
            Payload::CodeSectionEntry(body) => {
                let length = body.as_bytes().len();
                let function = Some(self.bodies as u32);
                self.bodies += 1;
                return Ok(limited(function, "bytes", length, MAX_BODY));
            }
            Payload::DataSection(section) => {
                let count = section.count() as usize;
                return Ok(limited(None, "data segments", count, MAX_SEGMENTS));
            }
            _ => {}
        }
        Ok(limited(None, "functions", self.functions, MAX_FUNCTIONS))
    }
}

fn limited(
    function: Option<u32>,
    what: &'static str,
    found: usize,
    limit: usize,
) -> Result<(), Fault> {
    match found > limit {
        true => Err(Fault::TooLarge {
            function,
            what,
            found,
            limit,
        }),
        false => Ok(()),
    }
}

impl Fault {
    fn of_module(error: wasmparser::Error) -> Self {
        Fault::Invalid {
            function: None,
            error,
        }
    }

    fn into_error(self, module: &str, name_of: impl Fn(u32) -> Option<String>) -> ModuleError {
        let place = |function: Option<u32>| match function {
            None => format!("the {module}"),
            Some(index) => {
                let name = name_of(index).map_or(index.to_string(), |name| format!("`{name}`"));
                format!("function {name} of the {module}")
            }
        };
        match self {
            Fault::Invalid { function, error } => ModuleError::Invalid {
                place: place(function),
                reason: error.to_string(),
            },
            Fault::TooLarge {
                function,
                what,
                found,
                limit,
            } => ModuleError::TooLarge {
                place: place(function),
                what,
                found,
                limit,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CodeSection, ConstExpr, CustomSection, DataSection, Function, FunctionSection,
        MemorySection, MemoryType, Module, TypeSection, ValType,
    };

    fn memory(shared: bool) -> MemorySection {
        let mut section = MemorySection::new();
        section.memory(MemoryType {
            minimum: 1,
            maximum: Some(1),
            memory64: false,
            shared,
            page_size_log2: None,
        });
        section
    }

    /// A module whose functions have these bodies.
    fn module(bodies: &[Function]) -> Module {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        for body in bodies {
            functions.function(0);
            code.function(body);
        }
        let mut module = Module::new();
        module.section(&types).section(&functions);
        module.section(&memory(false)).section(&code);
        module
    }

    fn body(instructions: &[u8]) -> Function {
        let mut body = Function::new([]);
        body.raw(instructions.iter().copied()).instructions().end();
        body
    }

    fn features(list: &str) -> CustomSection<'_> {
        CustomSection {
            name: "target_features".into(),
            data: list.as_bytes().into(),
        }
    }

    fn check(input: &[u8], wasm: &[u8]) -> Result<(), String> {
        let checker = Checker::new(input);
        let name = |index| Some(format!("f{index}"));
        let result = checker.check("chunk `a`", wasm, name);
        result.map_err(|error| format!("{error}\n{}", error.help()))
    }

    /// `i32.const 0`, `i32.atomic.load`, `drop`.
    const ATOMIC: &[u8] = &[0x41, 0, 0xfe, 0x10, 2, 0, 0x1a];
    /// `ref.null 0`, `drop`.
    const CONCRETE: &[u8] = &[0xd0, 0, 0x1a];

    #[test]
    fn what_the_input_does_not_use_is_not_valid() {
        let plain = module(&[body(&[])]).finish();
        let atomic = module(&[body(&[]), body(ATOMIC)]).finish();
        assert_eq!(check(&plain, &plain), Ok(()));
        let error = check(&plain, &atomic).unwrap_err();
        assert!(
            error.starts_with("function `f1` of the chunk `a` is not valid"),
            "{error}"
        );
        assert!(error.contains("please report it"), "{error}");
    }

    #[test]
    fn what_the_input_declares_is_valid() {
        let mut input = module(&[body(&[])]);
        input.section(&features("\x02+\x07atomics+\x08sign-ext"));
        let atomic = module(&[body(ATOMIC)]).finish();
        assert_eq!(check(&input.finish(), &atomic), Ok(()));
        let mut input = module(&[body(&[])]);
        input.section(&features("\x01-\x07atomics"));
        assert!(check(&input.finish(), &atomic).is_err());
    }

    #[test]
    fn what_the_input_uses_is_valid_though_it_declares_nothing() {
        let atomic = module(&[body(ATOMIC)]).finish();
        assert_eq!(check(&atomic, &atomic), Ok(()));
    }

    #[test]
    fn an_input_that_is_damaged_or_not_supported_is_to_blame() {
        let damaged = module(&[body(&[0x1a])]).finish();
        let error = check(&damaged, &damaged).unwrap_err();
        assert!(error.starts_with("the input is damaged"), "{error}");
        let references = module(&[body(CONCRETE)]).finish();
        let error = check(&references, &references).unwrap_err();
        assert!(error.contains("which is not supported"), "{error}");
    }

    #[test]
    fn what_engines_refuse_for_its_size_is_refused() {
        let input = module(&[body(&[])]).finish();
        let long = module(&[body(&vec![1; MAX_BODY])]).finish();
        let error = check(&input, &long).unwrap_err();
        assert!(
            error.starts_with(
                "function `f0` of the chunk `a` has 7654323 bytes, engines accept 7654321"
            ),
            "{error}"
        );
        let mut locals = Function::new([(50_001, ValType::I32)]);
        locals.instructions().end();
        let error = check(&input, &module(&[locals]).finish()).unwrap_err();
        assert!(
            error.contains("has 50001 locals, engines accept 50000"),
            "{error}"
        );
        let mut data = DataSection::new();
        for _ in 0..=MAX_SEGMENTS {
            data.active(0, &ConstExpr::i32_const(0), [1]);
        }
        let mut segments = module(&[body(&[])]);
        segments.section(&data);
        let error = check(&input, &segments.finish()).unwrap_err();
        assert!(
            error.contains("the chunk `a` has 100001 data segments"),
            "{error}"
        );
    }
}
