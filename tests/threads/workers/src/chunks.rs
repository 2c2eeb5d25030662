//! The split functions: each scene has a chunk of its own, so that nobody has loaded it before.

use std::sync::atomic::{AtomicU32, Ordering};

use host::opaque;
use wasm_cleave::wasm_split;

/// Something with a vtable in a chunk.
pub trait Animal: Send + Sync {
    fn legs(&self) -> u32;
    fn named(&self, name: &str) -> String;
}

struct Spider(u32);

impl Animal for Spider {
    fn legs(&self) -> u32 {
        opaque(self.0) + 7
    }

    fn named(&self, name: &str) -> String {
        format!("{name} of {} legs", self.legs())
    }
}

/// Its chunk is a file of more than 5 MiB.
static TABLE: &[u8; 5 << 20] = include_bytes!(concat!(env!("OUT_DIR"), "/table.bin"));

#[wasm_split(eight)]
pub fn eight(n: usize) -> u32 {
    let at = opaque(n) * 251;
    u32::from(TABLE[at]) + n as u32
}

/// Its chunk is a file of more than 1 MiB.
static BULKY: &[u8; 1 << 20] = include_bytes!(concat!(env!("OUT_DIR"), "/bulky.bin"));

#[wasm_split(bulky)]
pub fn bulky(n: usize) -> u32 {
    u32::from(BULKY[opaque(n)])
}

#[wasm_split(lonely)]
pub fn lonely(n: u32) -> u32 {
    opaque(n) + 16
}

#[wasm_split(compressed)]
pub fn compressed(n: u32) -> u32 {
    opaque(n) + 15
}

#[wasm_split(warm)]
pub fn warm(n: u32) -> u32 {
    opaque(n) + 1
}

#[wasm_split(kept)]
pub fn kept(n: u32) -> u32 {
    opaque(n) + 6
}

#[wasm_split(fails)]
pub fn fails(n: u32) -> u32 {
    opaque(n) + 2
}

#[wasm_split(blocks)]
pub fn blocks(n: u32) -> u32 {
    opaque(n) + 3
}

#[wasm_split(own)]
pub fn own(n: u32) -> u32 {
    opaque(n) + 17
}

#[wasm_split(refused)]
pub fn refused(n: u32) -> u32 {
    opaque(n) + 4
}

#[wasm_split(spins)]
pub fn spins(n: u32) -> u32 {
    opaque(n) + 5
}

#[wasm_split(leaves)]
pub fn leaves(n: u32) -> u32 {
    opaque(n) + 6
}

#[wasm_split(pooled)]
pub fn pooled(n: u32) -> u32 {
    opaque(n) * 2
}

#[wasm_split(spider)]
pub fn spider(n: u32) -> Box<dyn Animal> {
    Box::new(Spider(n))
}

#[wasm_split(later)]
pub async fn later(n: u32) -> u32 {
    opaque(n) + 8
}

#[wasm_split(taken_over)]
pub fn taken_over(n: u32) -> u32 {
    static SINCE: AtomicU32 = AtomicU32::new(50);
    SINCE.fetch_add(n, Ordering::Relaxed) + n
}

#[wasm_split(grows)]
pub fn grows(n: u32) -> Box<dyn Fn(u32) -> u32 + Send + Sync> {
    static SUM: AtomicU32 = AtomicU32::new(1);
    Box::new(move |value| SUM.fetch_add(opaque(value) * n, Ordering::Relaxed))
}

#[wasm_split(once)]
pub fn once(n: u32) -> u32 {
    opaque(n) + 9
}

#[wasm_split(wrong)]
pub fn wrong(n: u32) -> u32 {
    opaque(n) + 10
}

#[wasm_split(long)]
pub fn long(n: u32) -> u32 {
    opaque(n) + 13
}

#[wasm_split(other)]
pub fn other(n: u32) -> u32 {
    opaque(n) + 11
}

#[wasm_split(global)]
pub fn global(n: u32) -> u32 {
    opaque(n) * 3
}
