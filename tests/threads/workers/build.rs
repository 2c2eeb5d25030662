//! Writes bytes that no zeros can stand for and nothing can compress: the data of large chunks.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    let write = |name, len| fs::write(Path::new(&folder).join(name), noise(len));
    write("table.bin", 5 << 20)?;
    write("bulky.bin", 1 << 20)
}

fn noise(len: usize) -> Vec<u8> {
    let mut state = 1_u32;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8 | 1
        })
        .collect()
}
