//! Recognises our imports and wasm-bindgen's markers: by what is imported, never by what a symbol is called.

use std::collections::BTreeMap;

use wasm_cleave_contract as contract;

use super::error::SplitError;
use crate::conventions;
use crate::ids::{Func, SplitId};
use crate::read::{Import, InputModule};

/// A split with its entries.
#[derive(Clone, Debug)]
pub(crate) struct SplitPoint {
    /// The name given in the attribute.
    pub(crate) name: String,
    /// The functions that call the split's marker; ascending.
    pub(crate) entries: Vec<Func>,
}

/// What one of our imports means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intrinsic {
    /// Marks the entry that calls it; means nothing at run time.
    Marker(SplitId),
    /// The index of a split, or none where the program has no entry of that name.
    Handle(Option<SplitId>),
    /// Calls the entry in a slot.
    Call,
    /// The length of the manifest.
    ManifestLen,
    /// Copies the manifest into memory.
    ManifestCopy,
}

/// What the imports tell.
pub(super) struct Found {
    pub(super) splits: Vec<SplitPoint>,
    pub(super) intrinsics: Vec<Option<Intrinsic>>,
    /// Functions that read the manifest, which is main's; ascending.
    pub(super) manifest_readers: Vec<Func>,
    /// Functions that wasm-bindgen interprets and then replaces; ascending.
    pub(super) interpreted: Vec<Func>,
}

/// Looks at all imports and at the functions that call them.
pub(super) fn find(module: &InputModule) -> Result<Found, SplitError> {
    let mut names: BTreeMap<&str, Vec<Func>> = BTreeMap::new();
    for (func, import) in module.function_imports() {
        if let Some(version) = version_of(import)
            && version != contract::VERSION.to_string()
        {
            return Err(SplitError::Version {
                found: version.to_string(),
                expected: contract::VERSION,
            });
        }
        if import.module == contract::MARKER_MODULE {
            names.entry(import.name).or_default().push(func);
        }
    }
    let ordered: Vec<&str> = names.keys().copied().collect();
    let split_named = |name: &str| {
        ordered
            .binary_search(&name)
            .ok()
            .map(SplitId::from_position)
    };

    let mut intrinsics = vec![None; module.imported_functions];
    let mut is_bindgen_marker = vec![false; module.imported_functions];
    for (func, import) in module.function_imports() {
        intrinsics[func.at()] = meaning(import, split_named)?;
        is_bindgen_marker[func.at()] = import.module == conventions::BINDGEN_IMPORTS
            && import.name.starts_with(conventions::BINDGEN_MARKER_PREFIX);
    }
    let mut entries = vec![Vec::new(); ordered.len()];
    let mut manifest_readers = Vec::new();
    let mut interpreted = Vec::new();
    for position in module.imported_functions..module.functions.len() {
        let caller = Func::from_position(position);
        let mut split = None;
        for reference in module.references(caller) {
            let Some(callee) = reference.callee().filter(|&func| module.is_import(func)) else {
                continue;
            };
            if is_bindgen_marker[callee.at()] {
                interpreted.push(caller);
            }
            match intrinsics[callee.at()] {
                Some(Intrinsic::ManifestLen | Intrinsic::ManifestCopy) => {
                    manifest_readers.push(caller);
                }
                Some(Intrinsic::Marker(marked)) => {
                    let first = *split.get_or_insert(marked);
                    if first != marked {
                        return Err(SplitError::TwoMarkers {
                            function: module.name_of(caller),
                            first: ordered[first.at()].to_string(),
                            second: ordered[marked.at()].to_string(),
                        });
                    }
                }
                _ => {}
            }
        }
        if let Some(split) = split {
            entries[split.at()].push(caller);
        }
    }
    let splits = ordered
        .iter()
        .zip(entries)
        .map(|(name, entries)| SplitPoint {
            name: name.to_string(),
            entries,
        })
        .collect();
    Ok(Found {
        splits,
        intrinsics,
        manifest_readers,
        interpreted,
    })
}

/// The version in the name of one of our modules: `1` in `cleave1:split`.
fn version_of<'a>(import: &Import<'a>) -> Option<&'a str> {
    let (version, _) = import
        .module
        .strip_prefix(contract::MODULE_PREFIX)?
        .split_once(':')?;
    version
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(version)
}

fn meaning(
    import: &Import,
    split_named: impl Fn(&str) -> Option<SplitId>,
) -> Result<Option<Intrinsic>, SplitError> {
    Ok(Some(match (import.module, import.name) {
        (contract::MARKER_MODULE, name) => match split_named(name) {
            Some(split) => Intrinsic::Marker(split),
            None => return Ok(None),
        },
        (contract::HANDLE_MODULE, name) => Intrinsic::Handle(split_named(name)),
        (contract::RUNTIME_MODULE, contract::CALL) => Intrinsic::Call,
        (contract::RUNTIME_MODULE, contract::MANIFEST_LEN) => Intrinsic::ManifestLen,
        (contract::RUNTIME_MODULE, contract::MANIFEST_COPY) => Intrinsic::ManifestCopy,
        _ if version_of(import).is_some() => {
            return Err(SplitError::UnknownImport {
                import: format!("{} {}", import.module, import.name),
            });
        }
        _ => return Ok(None),
    }))
}
