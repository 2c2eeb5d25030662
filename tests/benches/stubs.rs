//! What a slot of a chunk costs in main where threads share the memory: its stub, its share of the trampolines, and
//! their places in main's lists: `cargo bench -p wasm-cleave-tests --bench stubs`.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_cleave_splitter::Target;
use wasm_cleave_tests::inspect::Contents;
use wasm_cleave_tests::program::{Ready, STEM, Shape, prepare};
use wasm_cleave_tests::threads;
use wasmparser::{FunctionBody, Operator, Parser, Payload, TypeRef};

const PROGRAMS: [&str; 2] = ["soak", "workers"];

fn main() -> Result<()> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let linked = threads::build(scratch, &PROGRAMS)?;
    for name in PROGRAMS {
        let folder = scratch.join("stubs").join(name);
        let program = prepare(&linked[name], &folder, Shape::Split, Target::Web)?;
        let main = program.file(&format!("{STEM}_bg.wasm"))?;
        let stubs = Stubs::find(&program, main)?;
        let with = without(main, stubs.names.clone());
        let bare = without(main, [stubs.names, stubs.bytes].concat());
        let slots = stubs.slots as f64;
        let raw = (with.len() - bare.len()) as f64;
        let brotli = (compressed(&with)? - compressed(&bare)?) as f64;
        println!(
            "{name}: {slots} slots with stubs, {:.1} bytes each, {:.1} with brotli; main has {} bytes, {} with brotli",
            raw / slots,
            brotli / slots,
            with.len(),
            compressed(&with)?
        );
    }
    Ok(())
}

/// Where main's stubs lie.
struct Stubs {
    slots: usize,
    /// Of stubs, trampolines, and what lists them.
    bytes: Vec<Range<u64>>,
    /// Custom sections, which are not counted.
    names: Vec<Range<u64>>,
}

impl Stubs {
    fn find(program: &Ready, main: &[u8]) -> Result<Stubs> {
        let contents = Contents::read(main)?;
        let mut functions = BTreeSet::new();
        let mut bytes = Vec::new();
        for module in program.chunks().values() {
            for slot in Contents::read(program.file(&module.file)?)?.slots.keys() {
                let stub = contents.slots.get(slot).context("a slot has no stub")?;
                functions.insert(stub.function);
                bytes.push(stub.bytes.clone());
            }
        }
        let slots = bytes.len();
        ensure!(functions.len() == slots, "slots share stubs");
        let bodies = Functions::read(main)?;
        for stub in functions.clone() {
            functions.extend(bodies.called_by(stub)?);
        }
        for function in functions {
            bytes.extend(bodies.places(function)?);
        }
        Ok(Stubs {
            slots,
            bytes,
            names: bodies.names,
        })
    }
}

/// Main's own functions.
struct Functions<'a> {
    imported: u32,
    /// Where the type of each is said.
    declarations: Vec<Range<u64>>,
    bodies: Vec<FunctionBody<'a>>,
    names: Vec<Range<u64>>,
}

impl<'a> Functions<'a> {
    fn read(main: &'a [u8]) -> Result<Self> {
        let mut functions = Functions {
            imported: 0,
            declarations: Vec::new(),
            bodies: Vec::new(),
            names: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(main) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        functions.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => {
                    let end = section.range().end;
                    let items: Vec<(u64, u32)> =
                        section.into_iter_with_offsets().collect::<Result<_, _>>()?;
                    let ends = items.iter().skip(1).map(|item| item.0).chain([end]);
                    functions.declarations = items
                        .iter()
                        .zip(ends)
                        .map(|(item, end)| item.0..end)
                        .collect();
                }
                Payload::CodeSectionEntry(body) => functions.bodies.push(body),
                Payload::CustomSection(section) => {
                    functions.names.push(section.data_range());
                }
                _ => {}
            }
        }
        Ok(functions)
    }

    fn position(&self, function: u32) -> Result<usize> {
        let own = function.checked_sub(self.imported);
        Ok(own.context("a stub is imported")? as usize)
    }

    fn called_by(&self, function: u32) -> Result<Vec<u32>> {
        let mut called = Vec::new();
        for operator in self.bodies[self.position(function)?].get_operators_reader()? {
            if let Operator::Call { function_index } = operator? {
                called.push(function_index);
            }
        }
        Ok(called)
    }

    /// Where it is declared, and where its body lies with the size before it.
    fn places(&self, function: u32) -> Result<[Range<u64>; 2]> {
        let position = self.position(function)?;
        let body = self.bodies[position].range();
        // A size has seven bits in each byte.
        let digits = (u64::BITS - (body.end - body.start).leading_zeros()).div_ceil(7);
        let with_size = body.start - u64::from(digits)..body.end;
        Ok([self.declarations[position].clone(), with_size])
    }
}

/// The bytes outside of some places.
fn without(bytes: &[u8], mut places: Vec<Range<u64>>) -> Vec<u8> {
    places.sort_unstable_by_key(|place| place.start);
    let mut kept = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for place in places {
        kept.extend_from_slice(&bytes[at..place.start as usize]);
        at = place.end as usize;
    }
    kept.extend_from_slice(&bytes[at..]);
    kept
}

/// The size that servers store.
fn compressed(mut bytes: &[u8]) -> Result<usize> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut out, &params)?;
    Ok(out.len())
}
