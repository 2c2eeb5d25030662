//! What the splitter defines for the loader: the imports of [`crate::contract::RUNTIME_MODULE`].

use crate::manifest::{DecodeError, Manifest};

#[cfg(target_family = "wasm")]
mod imports {
    // The literals are those of `contract.rs`; a test holds them together.
    #[link(wasm_import_module = "cleave1:runtime")]
    unsafe extern "C-unwind" {
        pub(super) fn call(frame: *mut u8, slot: u32);
        pub(super) fn manifest_len() -> usize;
        pub(super) fn manifest_copy(destination: *mut u8);
    }
}

/// Calls the entry in `slot` with `frame`.
///
/// # Safety
/// `slot` holds the entry of a split whose chunks are all ready, and `frame` points to the frame that this entry wants.
#[cfg(target_family = "wasm")]
pub(crate) unsafe fn call(frame: *mut u8, slot: crate::ids::Slot) {
    // SAFETY: the caller vouches for slot and frame; the splitter makes this a `call_indirect` of the entry's type.
    unsafe { imports::call(frame, slot.0) }
}

/// The manifest that the splitter embedded in this program.
#[cfg(target_family = "wasm")]
pub(crate) fn manifest() -> Result<Manifest, DecodeError> {
    // SAFETY: the function takes nothing and only returns a constant.
    let len = unsafe { imports::manifest_len() };
    let mut bytes = vec![0; len];
    // SAFETY: `bytes` has room for the `len` bytes that are written.
    unsafe { imports::manifest_copy(bytes.as_mut_ptr()) };
    Manifest::decode(&bytes)
}

/// Other targets have no chunks: everything is loaded.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn manifest() -> Result<Manifest, DecodeError> {
    Ok(Manifest::default())
}

#[cfg(test)]
mod tests {
    use crate::contract;

    #[test]
    fn the_literals_are_those_of_the_contract() {
        let source = include_str!("runtime.rs");
        for line in [
            format!("wasm_import_module = \"{}\"", contract::RUNTIME_MODULE),
            format!("fn {}(frame: *mut u8, slot: u32);", contract::CALL),
            format!("fn {}() -> usize;", contract::MANIFEST_LEN),
            format!("fn {}(destination: *mut u8);", contract::MANIFEST_COPY),
        ] {
            assert!(source.contains(&line), "{line}");
        }
    }
}
