//! Runs a program in Node, in a process of its own with a limit in time.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::cargo::repository;
use crate::patience::Patience;
use crate::program::{Ready, STEM};
use crate::transcript::{Event, Transcript};

/// Runs a program built for Node and returns what it reported.
///
/// # Errors
/// When Node cannot be started or the program hangs; the error holds the transcript so far.
pub fn run(ready: &Ready) -> Result<Transcript> {
    let mut child = Command::new("node")
        .arg(repository().join("tests/host/node.cjs"))
        .arg(ready.folder.join(format!("{STEM}.js")))
        .arg(ready.shape.name())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .context("Node could not be started")?;
    let stdout = child.stdout.take().context("Node has no output")?;
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let event = serde_json::from_str::<Event>(&line).unwrap_or(Event::Line(line));
            if sender.send(event).is_err() {
                break;
            }
        }
    });
    let mut transcript = Transcript::default();
    let mut patience = Patience::new();
    let hung = loop {
        match receiver.recv_timeout(patience.left()) {
            Ok(event) => {
                transcript.events.push(event);
                patience.note(transcript.events.len());
            }
            Err(RecvTimeoutError::Timeout) => break true,
            Err(RecvTimeoutError::Disconnected) => break false,
        }
    };
    child.kill().ok();
    child.wait()?;
    reader.join().ok();
    if hung || !transcript.has_ended() {
        bail!("the program did not end in Node; so far it said\n{transcript}");
    }
    Ok(transcript)
}
