//! Lays a table out: texts at the left, numbers at the right, and one column of text wraps where it is too wide.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Width};

const TEXT_COLUMNS: usize = 2;

/// However narrow the terminal is, the wrapped column keeps so much.
const LEAST: usize = 16;

/// Columns of the terminal between two of the table.
const GAP: u16 = 2;

/// Two columns of text, then columns of numbers.
pub(crate) struct Table {
    head: Vec<String>,
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

    /// An empty line between what is above and what follows.
    pub(crate) fn gap(&mut self) {
        self.rows.push(vec![String::new(); self.head.len()]);
    }

    /// The table's lines, if possible none of them longer than so many columns of the terminal.
    pub(crate) fn render(&self, limit: usize) -> String {
        let mut table = comfy_table::Table::new();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(limit).unwrap_or(u16::MAX))
            .set_header(&self.head)
            .add_rows(&self.rows);
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if index + 1 < self.head.len() { GAP } else { 0 }));
            if index >= TEXT_COLUMNS {
                column.set_cell_alignment(CellAlignment::Right);
            }
            column.set_constraint(match index == self.wrapped {
                true => ColumnConstraint::LowerBoundary(Width::Fixed(self.least())),
                false => ColumnConstraint::ContentWidth,
            });
        }
        let text = table.trim_fmt();
        let (head, rows) = text.split_once('\n').unwrap_or((&text, ""));
        format!("{}\n{rows}\n", console::style(head).bold())
    }

    /// The width that the wrapped column has at least, with its padding: no word is broken.
    fn least(&self) -> u16 {
        let cells = || {
            self.rows
                .iter()
                .chain([&self.head])
                .map(|row| &row[self.wrapped])
        };
        let widest = cells().map(|cell| console::measure_text_width(cell)).max();
        let words = cells().flat_map(|cell| cell.split(' '));
        let longest = words.map(console::measure_text_width).max();
        let least = longest.max(Some(LEAST)).min(widest).unwrap_or(0);
        u16::try_from(least).map_or(u16::MAX, |least| least.saturating_add(GAP))
    }
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
        table.row("編集".into(), "wide".into(), vec!["20".into()]);
        table.gap();
        table.row("longer".into(), String::new(), vec!["1,000".into()]);
        assert_eq!(
            rendered(&table, 80),
            "a       b     number\n\
             ü       text       1\n\
             編集    wide      20\n\
             \n\
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
