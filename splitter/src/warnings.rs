//! What the user should know though the build succeeded.

use std::collections::BTreeSet;

use crate::graph::{Intrinsic, SymbolGraph};
use crate::program::Options;
use crate::read::InputModule;
use crate::similar::most_similar;

/// Sentences that say what to do, in the order in which they are shown.
pub(crate) fn of(input: &InputModule, graph: &SymbolGraph, options: &Options) -> Vec<String> {
    let mut warnings = Vec::new();
    if input.has_debug_info {
        let names = match options.names {
            true => "function names are kept",
            false => "`--names` keeps function names",
        };
        warnings.push(format!(
            "debug information (DWARF) was dropped: it does not survive splitting; {names}"
        ));
    }
    if options.split && graph.splits.is_empty() {
        warnings.push(
            "the program has no split: mark functions with #[wasm_split(name)], and call them from what is exported"
                .to_string(),
        );
    }
    let splits: Vec<&str> = graph.splits.iter().map(|split| &*split.name).collect();
    let absent: BTreeSet<&str> = input
        .function_imports()
        .filter(|(func, _)| matches!(graph.intrinsic_of(*func), Some(Intrinsic::Handle(None))))
        .map(|(_, import)| import.name)
        .collect();
    warnings.extend(absent.iter().map(|name| no_such_split(name, &splits)));
    warnings
}

fn no_such_split(name: &str, splits: &[&str]) -> String {
    let what = format!("no function is in the split `{name}`: loading it does nothing");
    match most_similar(name, splits.iter().copied()) {
        Some(split) => format!("{what}; did you mean `{split}`?"),
        None => what,
    }
}

#[cfg(test)]
mod tests {
    use super::no_such_split;

    #[test]
    fn a_split_of_a_similar_name_is_suggested() {
        let what = "no function is in the split `edtor`: loading it does nothing";
        let splits = ["charts", "edit", "editor"];
        assert_eq!(
            no_such_split("edtor", &splits),
            format!("{what}; did you mean `editor`?")
        );
        assert_eq!(no_such_split("edtor", &splits[..1]), what);
        assert_eq!(no_such_split("edtor", &[]), what);
    }
}
