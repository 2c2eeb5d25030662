//! What is shown after a build: a table for people, one JSON document for scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use indicatif::HumanCount;
use serde::Serialize;

use crate::pipeline::Published;
use crate::summary::{Sizes, Summary};
use crate::table::Table;

/// Everything there is to tell; its JSON is what `--json` prints.
#[derive(Serialize)]
pub(crate) struct Report {
    #[serde(flatten)]
    build: Option<Build>,
    out_dir: String,
    /// Time from the linked module to the files in their places.
    split_seconds: f64,
    #[serde(flatten)]
    summary: Summary,
    files: Vec<FileSize>,
    warnings: Vec<String>,
}

/// What cargo did.
#[derive(Serialize)]
pub(crate) struct Build {
    pub(crate) package: String,
    pub(crate) profile: String,
    /// Whether its threads share one memory.
    pub(crate) threads: bool,
    /// Time that cargo took.
    #[serde(rename = "cargo_seconds")]
    pub(crate) seconds: f64,
}

#[derive(Serialize)]
struct FileSize {
    file: String,
    bytes: usize,
}

impl Report {
    pub(crate) fn new(out_dir: &Path, summary: Summary, published: &Published) -> Self {
        let files = published.program.files.iter().map(|file| FileSize {
            file: file.name.clone(),
            bytes: file.bytes.len(),
        });
        Report {
            build: None,
            out_dir: out_dir.to_string_lossy().into_owned(),
            split_seconds: published.time.as_secs_f64(),
            summary,
            files: files.collect(),
            warnings: published.program.warnings.clone(),
        }
    }

    pub(crate) fn of_build(self, build: Build) -> Self {
        Report {
            build: Some(build),
            ..self
        }
    }

    pub(crate) fn print(&self, json: bool) -> Result<()> {
        warn(&self.warnings);
        let text = match json {
            true => serde_json::to_string_pretty(self)? + "\n",
            false => self.tables(),
        };
        std::io::stdout().write_all(text.as_bytes())?;
        Ok(())
    }

    fn tables(&self) -> String {
        let width = width();
        let mut text = modules(&self.summary).render(width);
        if !self.summary.splits.is_empty() {
            text.push('\n');
            text.push_str(&splits(&self.summary).render(width));
        }
        let compressed = match self.summary.brotli_quality {
            Some(quality) => format!("brotli quality {}", quality.number()),
            None => "compressed sizes with `--brotli 11`".to_string(),
        };
        let _ = writeln!(
            text,
            "\nBytes of the files; {compressed}.{} Written to {} in {:.1} s.",
            match self.summary.unsplit {
                Some(_) => " Shares are of the program in one module, as wasm-bindgen leaves it.",
                None => "",
            },
            self.out_dir,
            self.split_seconds,
        );
        text
    }
}

/// Says on stderr what the user should know though nothing failed.
pub(crate) fn warn(warnings: &[String]) {
    for warning in warnings {
        let label = console::style("warning:").for_stderr().bold().yellow();
        eprintln!("{label} {warning}");
    }
}

/// Columns of the terminal, or where there is none, of what people can look at.
fn width() -> usize {
    let terminal = console::Term::stdout().size_checked();
    terminal.map_or(120, |(_, columns)| columns.into())
}

fn modules(summary: &Summary) -> Table {
    let titles = match (summary.brotli_quality, summary.unsplit) {
        (Some(_), Some(_)) => &["bytes", "brotli", "share", "brotli share"][..],
        (Some(_), None) => &["bytes", "brotli"],
        (None, Some(_)) => &["bytes", "share"],
        (None, None) => &["bytes"],
    };
    let mut table = Table::new(["module", "file"], 0, titles);
    for module in &summary.modules {
        let name = match (module.main, &module.splits[..]) {
            (true, _) => "main".to_string(),
            (false, [split]) => split.clone(),
            (false, splits) => format!("shared by {}", splits.join(", ")),
        };
        table.row(
            name,
            module.file.clone(),
            sizes(module.sizes, summary.unsplit),
        );
    }
    table.gap();
    let count = match summary.modules.len() {
        1 => "1 module".to_string(),
        count => format!("{count} modules"),
    };
    table.row("all".into(), count, sizes(summary.total, summary.unsplit));
    if let Some(unsplit) = summary.unsplit {
        table.row(
            "unsplit".into(),
            String::new(),
            sizes(unsplit, Some(unsplit)),
        );
    }
    table
}

fn splits(summary: &Summary) -> Table {
    let titles = match summary.brotli_quality {
        Some(_) => &["bytes", "brotli"][..],
        None => &["bytes"],
    };
    let mut table = Table::new(["split", "loads"], 1, titles);
    let labels = labels(summary);
    for split in &summary.splits {
        let loads = match split.files.is_empty() {
            true => "nothing: it is in main".to_string(),
            false => {
                let labels = split
                    .files
                    .iter()
                    .map(|file| match labels.get(file.as_str()) {
                        Some(label) => label,
                        None => file.as_str(),
                    });
                labels.collect::<Vec<_>>().join(", ")
            }
        };
        table.row(split.name.clone(), loads, sizes(split.sizes, None));
    }
    table
}

/// What distinguishes the chunks' files: of `app-editor-0a1b2c3d4e.wasm` the `editor`, or where several are called so
/// `editor-0a1b2c3d4e`.
fn labels(summary: &Summary) -> BTreeMap<&str, &str> {
    let files = || summary.modules.iter().map(|module| module.file.as_str());
    let main = files()
        .next()
        .and_then(|main| main.strip_suffix("_bg.wasm"));
    let stem = main.unwrap_or_default();
    let labelled = files().filter_map(|file| {
        let (name, hashed) = label(stem, file)?;
        let named = files().filter_map(|file| label(stem, file));
        Some(match named.filter(|(other, _)| *other == name).count() {
            1 => (file, name),
            _ => (file, hashed),
        })
    });
    labelled.collect()
}

/// The label in the name of a chunk's file, without and with the hash.
fn label<'a>(stem: &str, file: &'a str) -> Option<(&'a str, &'a str)> {
    let rest = file.strip_prefix(stem)?.strip_prefix('-')?;
    let hashed = rest.strip_suffix(".wasm")?;
    let (name, _hash) = hashed.rsplit_once('-')?;
    Some((name, hashed))
}

fn sizes(sizes: Sizes, unsplit: Option<Sizes>) -> Vec<String> {
    let grouped = |bytes: usize| HumanCount(bytes as u64).to_string();
    let mut cells = vec![grouped(sizes.bytes)];
    cells.extend(sizes.brotli.map(grouped));
    if let Some(unsplit) = unsplit {
        cells.push(share(sizes.bytes, unsplit.bytes));
        let brotli = sizes.brotli.zip(unsplit.brotli);
        cells.extend(brotli.map(|(part, whole)| share(part, whole)));
    }
    cells
}

fn share(part: usize, whole: usize) -> String {
    match whole {
        0 => "-".to_string(),
        _ => format!("{:.1} %", 100.0 * part as f64 / whole as f64),
    }
}

#[cfg(test)]
mod tests {
    use crate::summary::{ModuleSummary, SplitSummary};

    use super::*;

    fn summary() -> Summary {
        let sizes = |bytes| Sizes {
            bytes,
            ..Sizes::default()
        };
        let module = |file: &str, splits: &[&str]| ModuleSummary {
            file: file.to_string(),
            main: file == "app_bg.wasm",
            splits: splits.iter().map(|split| split.to_string()).collect(),
            functions: 1,
            data: 0,
            sizes: sizes(1234),
        };
        let modules = vec![
            module("app_bg.wasm", &[]),
            module("app-editor-0123456789.wasm", &["editor"]),
            module("app-editor-and-1-more-1111111111.wasm", &["editor", "map"]),
            module(
                "app-editor-and-1-more-2222222222.wasm",
                &["editor", "print"],
            ),
        ];
        let split = |name: &str, files: &[usize]| SplitSummary {
            name: name.to_string(),
            files: files
                .iter()
                .map(|&file| modules[file].file.clone())
                .collect(),
            sizes: sizes(1234 * files.len()),
        };
        Summary {
            build: String::new(),
            brotli_quality: None,
            splits: vec![
                split("editor", &[1, 2, 3]),
                split("map", &[2]),
                split("empty", &[]),
            ],
            total: sizes(4 * 1234),
            unsplit: None,
            modules,
        }
    }

    #[test]
    fn what_a_split_loads_is_told_without_stem_and_hash() {
        assert_eq!(
            console::strip_ansi_codes(&splits(&summary()).render(60)),
            "split   loads                                  bytes\n\
             editor  editor, editor-and-1-more-1111111111,  3,702\n\
             \u{20}       editor-and-1-more-2222222222\n\
             map     editor-and-1-more-1111111111           1,234\n\
             empty   nothing: it is in main                     0\n"
        );
    }
}
