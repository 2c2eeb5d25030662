//! Writes 200 split functions, each with data of its own, and a table of them.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut source = String::new();
    for n in 0..200 {
        let _ = write!(
            source,
            "#[wasm_split(c{n})]
            fn c{n}(value: u32) -> Object {{
                static COUNT: AtomicU32 = AtomicU32::new({n} * 1000);
                object(&COUNT, move |it| opaque(it).rotate_left({n} % 31) ^ (value + {n} * 77))
            }}
            "
        );
    }
    let entries: String = (0..200)
        .map(|n| format!("(|v| c{n}(v).wait(), |v| Box::pin(c{n}(v).into_future())),\n"))
        .collect();
    let _ = write!(source, "static CHUNKS: [Chunk; 200] = [{entries}];");
    let folder = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&folder).join("chunks.rs"), source).expect("the folder can be written");
}
