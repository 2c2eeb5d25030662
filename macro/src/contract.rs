//! The names that the expansion shares with loader and splitter; a test compares them with the loader's.

/// Import module of the markers by which the splitter knows an entry.
pub(crate) const MARKER_MODULE: &str = "cleave1:split";

/// Import module of the handles of `split!`.
pub(crate) const HANDLE_MODULE: &str = "cleave1:handle";

#[cfg(test)]
mod tests {
    #[test]
    fn the_loader_uses_the_same_names() {
        assert_eq!(super::MARKER_MODULE, wasm_cleave::contract::MARKER_MODULE);
        assert_eq!(super::HANDLE_MODULE, wasm_cleave::contract::HANDLE_MODULE);
    }
}
