//! Plays `tests/threads/realtime` in Chromium: chunks that come to the audio thread in real time, and what that costs.

use std::path::Path;

use anyhow::{Result, bail, ensure};
use serde::Deserialize;
use wasm_cleave_splitter::Target;

use crate::browser::{Browser, Engine};
use crate::program::{Shape, prepare};
use crate::server::Server;
use crate::threads;

/// How many splits the program has.
pub const CHUNKS: u32 = 20;

/// What the program has measured. Times are in microseconds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The longest time between two blocks while nothing is loaded, and while chunks arrive.
    pub quiet_gap: f64,
    /// See `quiet_gap`.
    pub loading_gap: f64,
    /// How many blocks began more than 25 ms later than the one before.
    pub quiet_late: u32,
    /// See `quiet_late`.
    pub loading_late: u32,
    /// How many blocks were rendered while chunks arrived.
    pub blocks: u32,
    /// How many messages came to the audio thread meanwhile.
    pub messages: u32,
    /// How long it was at the one that took longest.
    pub longest_message: f64,
    /// How long it was at all of them.
    pub message_time: f64,
}

/// Builds and plays the program, which takes most of a minute.
///
/// # Errors
/// When the program finds something wrong.
pub fn play(scratch: &Path) -> Result<Report> {
    let linked = &threads::build(scratch, &["realtime"])?["realtime"];
    let site = scratch.join("realtime");
    let ready = prepare(linked, &site.join("split"), Shape::Split, Target::Web)?;
    ensure!(ready.chunks().len() >= CHUNKS as usize);
    let server = Server::start(&site)?;
    let browser = Browser::start(Engine::Chromium)?;
    let transcript = browser.run(&server.url("split/"))?;
    if transcript.lines().collect::<Vec<_>>() != ["all right"] {
        bail!("the program says\n{transcript}");
    }
    Ok(serde_json::from_value(
        browser.execute("return JSON.parse(report)")?,
    )?)
}
