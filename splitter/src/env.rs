//! The JavaScript file that tells the loader where the program's files lie.

use wasm_cleave::contract;

use crate::{File, Target};

const WEB: &str =
    "// Where the files of this program lie.\nexport const base = () => import.meta.url;\n";

const NODEJS: &str = "// Where the files of this program lie.\n\
    exports.base = () => require('node:url').pathToFileURL(__filename).href;\n";

/// The file, if main imports it.
pub(crate) fn file(main: &[u8], target: Target) -> Option<File> {
    let name = contract::ENV_FILE.as_bytes();
    let is_imported = main.windows(name.len()).any(|window| window == name);
    is_imported.then(|| File {
        name: contract::ENV_FILE.to_string(),
        bytes: match target {
            Target::Web => WEB,
            Target::NodeJs => NODEJS,
        }
        .into(),
    })
}
