//! What is told after a build: a table for people, one JSON document for scripts.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use wasm_cleave_cli::summary::{Sizes, Summary};

use crate::lower::Lowered;

/// Everything there is to tell; its JSON is what `--json` prints.
#[derive(Serialize)]
pub(crate) struct Report {
    #[serde(flatten)]
    build: Option<Build>,
    out_dir: PathBuf,
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
    pub(crate) fn new(out_dir: &Path, summary: Summary, lowered: &Lowered) -> Self {
        let files = lowered.program.files.iter().map(|file| FileSize {
            file: file.name.clone(),
            bytes: file.bytes.len(),
        });
        Report {
            build: None,
            out_dir: out_dir.to_path_buf(),
            split_seconds: lowered.time.as_secs_f64(),
            summary,
            files: files.collect(),
            warnings: lowered.program.warnings.clone(),
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
        let mut text = modules(&self.summary).render();
        if !self.summary.splits.is_empty() {
            text.push('\n');
            text.push_str(&splits(&self.summary).render());
        }
        let _ = writeln!(
            text,
            "\nBytes without function names; brotli quality {}.{} Written to {} in {:.1} s.",
            self.summary.brotli_quality.number(),
            match self.summary.unsplit {
                Some(_) => " Shares are of the program in one module, as wasm-bindgen leaves it.",
                None => "",
            },
            self.out_dir.display(),
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

fn modules(summary: &Summary) -> Table {
    let mut table = Table::new(&["module", "file"], &["bytes", "brotli"]);
    if summary.unsplit.is_some() {
        table.numbers(&["share", "brotli share"]);
    }
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
    table.line();
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
    let mut table = Table::new(&["split", "loads"], &["bytes", "brotli"]);
    for split in &summary.splits {
        let loads = match split.files.is_empty() {
            true => "nothing: it is in main".to_string(),
            false => split.files.join(" "),
        };
        table.row(split.name.clone(), loads, sizes(split.sizes, None));
    }
    table
}

fn sizes(sizes: Sizes, unsplit: Option<Sizes>) -> Vec<String> {
    let mut cells = vec![grouped(sizes.bytes), grouped(sizes.brotli)];
    if let Some(unsplit) = unsplit {
        cells.push(share(sizes.bytes, unsplit.bytes));
        cells.push(share(sizes.brotli, unsplit.brotli));
    }
    cells
}

fn share(part: usize, whole: usize) -> String {
    match whole {
        0 => "-".to_string(),
        _ => format!("{:.1} %", 100.0 * part as f64 / whole as f64),
    }
}

/// `1234567` as `1,234,567`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Two columns of text, then columns of numbers.
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

const TEXT_COLUMNS: usize = 2;

impl Table {
    fn new(texts: &[&str; TEXT_COLUMNS], numbers: &[&str]) -> Self {
        let head = texts.iter().chain(numbers);
        Table {
            head: head.map(|title| title.to_string()).collect(),
            rows: Vec::new(),
        }
    }

    fn numbers(&mut self, titles: &[&str]) {
        self.head
            .extend(titles.iter().map(|title| title.to_string()));
    }

    fn row(&mut self, name: String, text: String, numbers: Vec<String>) {
        self.rows
            .push([name, text].into_iter().chain(numbers).collect());
    }

    /// A line between what is above and what follows.
    fn line(&mut self) {
        self.rows.push(Vec::new());
    }

    fn render(&self) -> String {
        let rows = || std::iter::once(&self.head).chain(&self.rows);
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| {
                let cells = rows().filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for (number, row) in rows().enumerate() {
            let line = match row.is_empty() {
                true => "-".repeat(widths.iter().sum::<usize>() + 2 * (widths.len() - 1)),
                false => line(row, &widths),
            };
            let _ = match number {
                0 => writeln!(text, "{}", console::style(line).bold()),
                _ => writeln!(text, "{line}"),
            };
        }
        text
    }
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (column, (cell, &width)) in row.iter().zip(widths).enumerate() {
        let _ = match column < TEXT_COLUMNS {
            true => write!(line, "{cell:<width$}  "),
            false => write!(line, "{cell:>width$}  "),
        };
    }
    line.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_threes() {
        let grouped: Vec<_> = [0, 999, 1000, 1234567].map(grouped).into();
        assert_eq!(grouped, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn numbers_stand_at_the_right() {
        let mut table = Table::new(&["a", "b"], &["number"]);
        table.row("ü".into(), "text".into(), vec!["1".into()]);
        table.line();
        table.row("longer".into(), String::new(), vec!["1,000".into()]);
        assert_eq!(
            console::strip_ansi_codes(&table.render()),
            "a       b     number\n\
             ü       text       1\n\
             --------------------\n\
             longer         1,000\n"
        );
    }
}
