//! Writes 5 MiB that no zeros can stand for and nothing can compress: the data of a large chunk.

use std::path::Path;
use std::{env, fs, io};

const LEN: usize = 5 << 20;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut state = 1_u32;
    let bytes: Vec<u8> = (0..LEN)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8 | 1
        })
        .collect();
    let folder = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&folder).join("table.bin"), bytes)
}
