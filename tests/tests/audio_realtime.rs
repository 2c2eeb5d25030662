//! Sound in real time in Chromium, while chunks come to the audio thread: nothing allocates there, and no call finds a
//! chunk that is not linked. What that costs is for `benches/audio.rs` to tell.

use std::path::Path;

use anyhow::{Result, ensure};
use wasm_cleave_tests::realtime::{CHUNKS, play};

#[test]
fn audio_plays_on_while_chunks_arrive() -> Result<()> {
    let report = play(Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    println!("{report:#?}");
    ensure!(
        report.messages >= CHUNKS,
        "the chunks came without messages"
    );
    Ok(())
}
