//! What it costs the audio thread that twenty chunks come to it while it plays, in Chromium:
//! `cargo bench -p wasm-cleave-tests --bench audio`.

use std::path::Path;

use anyhow::Result;
use wasm_cleave_tests::realtime::{CHUNKS, play};

fn main() -> Result<()> {
    let report = play(Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    let ms = |microseconds: f64| microseconds / 1000.0;
    println!("{} blocks while {CHUNKS} chunks arrive", report.blocks);
    println!(
        "longest gap between blocks, nothing loads   {:7.2} ms",
        ms(report.quiet_gap)
    );
    println!(
        "longest gap between blocks, chunks arrive   {:7.2} ms",
        ms(report.loading_gap)
    );
    println!(
        "arriving : nothing                          {:7.2}",
        report.loading_gap / report.quiet_gap
    );
    println!(
        "late blocks, nothing loads                  {:7}",
        report.quiet_late
    );
    println!(
        "late blocks, chunks arrive                  {:7}",
        report.loading_late
    );
    println!(
        "the loader's time per chunk                 {:7.3} ms",
        ms(report.message_time) / f64::from(CHUNKS)
    );
    println!(
        "the loader's longest time at a stretch      {:7.3} ms",
        ms(report.longest_message)
    );
    Ok(())
}
