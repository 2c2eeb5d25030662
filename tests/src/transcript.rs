//! What a running program tells: its lines, which are compared, and how it ended.

use std::fmt;

use serde::Deserialize;

/// One thing that a host reported, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The program logged a line.
    Line(String),
    /// The program ended; the text says how.
    End(String),
}

/// All that a program reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// The events in order; the last one is [`Event::End`] unless the program hung.
    pub events: Vec<Event>,
}

impl Transcript {
    /// Whether the program ran to its end, well or badly.
    pub fn has_ended(&self) -> bool {
        matches!(self.events.last(), Some(Event::End(_)))
    }

    /// The lines alone.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter_map(|event| match event {
            Event::Line(line) => Some(line.as_str()),
            Event::End(_) => None,
        })
    }

    /// `None` where both are equal, else a picture of where they part.
    pub fn difference(&self, expected: &Transcript) -> Option<String> {
        if self == expected {
            return None;
        }
        let common = self
            .events
            .iter()
            .zip(&expected.events)
            .take_while(|(ours, theirs)| ours == theirs)
            .count();
        let rest = |transcript: &Transcript| {
            let rest: Vec<String> = transcript.events[common..]
                .iter()
                .map(|event| format!("    {}", Show(event)))
                .collect();
            rest.join("\n")
        };
        Some(format!(
            "the first {common} events are equal; then the split program says\n{}\n  but unsplit it says\n{}",
            rest(self),
            rest(expected),
        ))
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.events {
            writeln!(f, "    {}", Show(event))?;
        }
        Ok(())
    }
}

struct Show<'a>(&'a Event);

impl fmt::Display for Show<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Event::Line(line) => f.write_str(line),
            Event::End(how) => write!(f, "(end: {how})"),
        }
    }
}
