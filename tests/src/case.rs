//! A fixture: one folder of `tests/fixtures`, and what the directives at the head of its source demand.
//!
//! ```text
//! //@ main: start            functions that main defines and no chunk does
//! //@ chunk a b: helper      functions of the chunk that exactly the splits a and b need
//! //@ absent: unused         functions that no module defines
//! //@ data a: some text      text in the data of that chunk and of no other module
//! //@ fetched LABEL: a; a b  chunks requested when the program calls `point("LABEL")`; `end` is the end
//! //@ no chunks              the program stays in one module
//! //@ refetches              a chunk may be requested more than once, since some fetches fail
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The set of splits that need a chunk; it names the chunk in directives.
pub type Splits = BTreeSet<String>;

/// Where something has to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In main.
    Main,
    /// In the chunk that exactly these splits need.
    Chunk(Splits),
}

/// What the split program has to look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Functions are defined in the place and nowhere else.
    Functions(Place, Vec<String>),
    /// No module defines the functions.
    Absent(Vec<String>),
    /// The text is in the data of the place and nowhere else.
    Data(Place, String),
    /// At the label exactly these chunks have been requested from the server.
    Fetched(String, BTreeSet<Splits>),
}

/// One program of `tests/fixtures`.
#[derive(Clone, Debug)]
pub struct Case {
    /// Name of the folder and of the package.
    pub name: String,
    /// What its directives demand.
    pub demands: Vec<Demand>,
    /// Whether there must be chunks at all.
    pub has_chunks: bool,
    /// Whether a chunk may be requested more than once.
    pub refetches: bool,
}

impl Case {
    /// All fixtures, by name.
    ///
    /// # Errors
    /// When a folder cannot be read or a directive is not understood.
    pub fn all(fixtures: &Path) -> Result<Vec<Case>> {
        let mut cases = Vec::new();
        for entry in fs::read_dir(fixtures)? {
            let folder = entry?.path();
            let source = folder.join("src/lib.rs");
            if !source.exists() {
                continue;
            }
            let text = fs::read_to_string(&source)?;
            if !text.contains("fn run()") {
                continue;
            }
            let name = folder.file_name().context("a folder has a name")?;
            let name = name.to_string_lossy().into_owned();
            cases.push(
                Case::parse(&name, &text).with_context(|| format!("in {}", source.display()))?,
            );
        }
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(cases)
    }

    /// Reads the directives of a source text.
    ///
    /// # Errors
    /// When one is not understood.
    pub fn parse(name: &str, source: &str) -> Result<Case> {
        let mut case = Case {
            name: name.to_string(),
            demands: Vec::new(),
            has_chunks: true,
            refetches: false,
        };
        for line in source.lines() {
            if let Some(directive) = line.strip_prefix("//@") {
                case.directive(directive.trim())
                    .with_context(|| format!("`{line}`"))?;
            }
        }
        Ok(case)
    }

    fn directive(&mut self, text: &str) -> Result<()> {
        match text {
            "no chunks" => {
                self.has_chunks = false;
                return Ok(());
            }
            "refetches" => {
                self.refetches = true;
                return Ok(());
            }
            _ => {}
        }
        let (key, value) = text.split_once(':').context("a directive needs a colon")?;
        let (word, rest) = key.split_once(' ').unwrap_or((key, ""));
        let value = value.trim();
        let demand = match word {
            "main" => Demand::Functions(Place::Main, words(value).collect()),
            "chunk" => {
                Demand::Functions(Place::Chunk(words(rest).collect()), words(value).collect())
            }
            "absent" => Demand::Absent(words(value).collect()),
            "data" if rest == "main" => Demand::Data(Place::Main, value.to_string()),
            "data" => Demand::Data(Place::Chunk(words(rest).collect()), value.to_string()),
            "fetched" => Demand::Fetched(
                rest.to_string(),
                value
                    .split(';')
                    .map(|splits| words(splits).collect())
                    .filter(|splits: &Splits| !splits.is_empty())
                    .collect(),
            ),
            _ => bail!("`{word}` is not a directive"),
        };
        self.demands.push(demand);
        Ok(())
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_understood() {
        let case = Case::parse(
            "x",
            "//@ chunk a b: f g\n//@ fetched end: a; a b\n//@ no chunks",
        )
        .unwrap();
        let both: Splits = words("a b").collect();
        assert_eq!(
            case.demands,
            [
                Demand::Functions(Place::Chunk(both.clone()), vec!["f".into(), "g".into()]),
                Demand::Fetched("end".into(), [words("a").collect(), both].into()),
            ]
        );
        assert!(!case.has_chunks);
    }

    #[test]
    fn an_unknown_directive_is_an_error() {
        assert!(Case::parse("x", "//@ chunks: 3").is_err());
    }
}
