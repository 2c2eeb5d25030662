//! Lays a table out: texts at the left, numbers at the right, and one column of text wraps where it is too wide.

use std::fmt::Write as _;

const TEXT_COLUMNS: usize = 2;

/// Between columns.
const GAP: &str = "  ";

/// However narrow the terminal is, the wrapped column keeps so much.
const LEAST: usize = 16;

/// Two columns of text, then columns of numbers.
pub(crate) struct Table {
    head: Vec<String>,
    /// A row without cells is a line between what is above and what follows.
    rows: Vec<Vec<String>>,
    /// The column of text that gives way.
    wrapped: usize,
}

impl Table {
    pub(crate) fn new(texts: [&str; TEXT_COLUMNS], wrapped: usize, numbers: &[&str]) -> Self {
        let head = texts.iter().chain(numbers);
        Table {
            head: head.map(|title| title.to_string()).collect(),
            rows: Vec::new(),
            wrapped,
        }
    }

    pub(crate) fn row(&mut self, name: String, text: String, numbers: Vec<String>) {
        self.rows
            .push([name, text].into_iter().chain(numbers).collect());
    }

    /// A line between what is above and what follows.
    pub(crate) fn line(&mut self) {
        self.rows.push(Vec::new());
    }

    /// The table's lines, if possible none of them longer than so many columns of the terminal.
    pub(crate) fn render(&self, limit: usize) -> String {
        let rows = self.wrap(limit);
        let widths = widths(&self.head, &rows);
        let mut text = String::new();
        let _ = writeln!(text, "{}", console::style(line(&self.head, &widths)).bold());
        for row in rows {
            let _ = match row.is_empty() {
                true => writeln!(text, "{}", "-".repeat(total(&widths))),
                false => writeln!(text, "{}", line(&row, &widths)),
            };
        }
        text
    }

    /// The rows, with one more for each line that a cell continues on.
    fn wrap(&self, limit: usize) -> Vec<Vec<String>> {
        let mut widths = widths(&self.head, &self.rows);
        let excess = total(&widths).saturating_sub(limit);
        let width = &mut widths[self.wrapped];
        *width = width.saturating_sub(excess).max(LEAST);
        let mut rows = Vec::new();
        for row in &self.rows {
            let Some(cell) = row.get(self.wrapped) else {
                rows.push(row.clone());
                continue;
            };
            let mut cells = row.clone();
            for line in lines(cell, *width) {
                cells[self.wrapped] = line;
                rows.push(std::mem::replace(
                    &mut cells,
                    vec![String::new(); row.len()],
                ));
            }
        }
        rows
    }
}

fn widths(head: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let of_column = |(column, title): (usize, &String)| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widths = cells.chain([title]).map(|cell| cell.chars().count());
        widths.max().unwrap_or(0)
    };
    head.iter().enumerate().map(of_column).collect()
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP.len() * (widths.len() - 1)
}

/// Breaks a text between words; a word that is longer by itself stays whole.
fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (column, (cell, &width)) in row.iter().zip(widths).enumerate() {
        let _ = match column < TEXT_COLUMNS {
            true => write!(line, "{cell:<width$}{GAP}"),
            false => write!(line, "{cell:>width$}{GAP}"),
        };
    }
    line.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(table: &Table, limit: usize) -> String {
        console::strip_ansi_codes(&table.render(limit)).into_owned()
    }

    #[test]
    fn numbers_stand_at_the_right() {
        let mut table = Table::new(["a", "b"], 0, &["number"]);
        table.row("ü".into(), "text".into(), vec!["1".into()]);
        table.line();
        table.row("longer".into(), String::new(), vec!["1,000".into()]);
        assert_eq!(
            rendered(&table, 80),
            "a       b     number\n\
             ü       text       1\n\
             --------------------\n\
             longer         1,000\n"
        );
    }

    #[test]
    fn a_wide_column_wraps_between_words() {
        let mut table = Table::new(["split", "loads"], 1, &["bytes"]);
        table.row(
            "one".into(),
            "first, second, third, fourth".into(),
            vec!["1".into()],
        );
        table.row(
            "two".into(),
            "a-word-that-is-too-long".into(),
            vec!["2".into()],
        );
        assert_eq!(
            rendered(&table, 36),
            "split  loads                    bytes\n\
             one    first, second, third,        1\n\
             \u{20}      fourth\n\
             two    a-word-that-is-too-long      2\n"
        );
        assert_eq!(rendered(&table, 80).lines().count(), 3);
    }
}
