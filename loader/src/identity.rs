//! Which program a compiled chunk belongs to.

use js_sys::Uint8Array;

use crate::contract::BUILD_SECTION;
use crate::js::{self, Module};
use crate::manifest::BuildId;

/// The program that `module` belongs to, if it is a chunk at all.
pub(crate) fn build_of(module: &Module) -> Option<BuildId> {
    let section = Uint8Array::new(&js::custom_sections(module, BUILD_SECTION).get(0));
    let mut id = BuildId::default();
    (section.length() as usize == id.0.len()).then(|| {
        section.copy_to(&mut id.0);
        id
    })
}
