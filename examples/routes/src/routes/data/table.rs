//! A table of text: reading, filtering and sorting it. No page needed.

use std::cmp::Ordering;

use csv::StringRecord;
use regex::Regex;

/// A column of a table, from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column(pub(super) usize);

/// A row of a table, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row(usize);

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

impl Order {
    pub(super) fn reversed(self) -> Self {
        match self {
            Order::Ascending => Order::Descending,
            Order::Descending => Order::Ascending,
        }
    }
}

/// What a CSV file holds.
pub(super) struct Table {
    headers: StringRecord,
    rows: Vec<StringRecord>,
}

impl Table {
    /// Reads CSV with a line of headers. Rows may be shorter or longer than it.
    pub(super) fn read(file: &[u8]) -> Result<Self, csv::Error> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let headers = reader.headers()?.clone();
        let rows = reader.records().collect::<Result<_, _>>()?;
        Ok(Table { headers, rows })
    }

    pub(super) fn headers(&self) -> impl Iterator<Item = (Column, &str)> {
        self.headers
            .iter()
            .enumerate()
            .map(|(index, name)| (Column(index), name))
    }

    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// What stands in a row; nothing where the row is too short.
    pub(super) fn cell(&self, row: Row, column: Column) -> &str {
        let row = self.rows.get(row.0);
        row.and_then(|row| row.get(column.0)).unwrap_or_default()
    }

    /// The rows with a match in this column, or in any if there is none, in the order of the file.
    pub(super) fn matching(&self, pattern: &Regex, column: Option<Column>) -> Vec<Row> {
        let fits = |row: &StringRecord| match column {
            Some(column) => pattern.is_match(row.get(column.0).unwrap_or_default()),
            None => row.iter().any(|cell| pattern.is_match(cell)),
        };
        let rows = self.rows.iter().enumerate();
        rows.filter(|(_, row)| fits(row))
            .map(|(index, _)| Row(index))
            .collect()
    }

    /// Sorts rows by a column: numbers by value and before texts. Equal ones keep their order.
    pub(super) fn sort(&self, rows: &mut [Row], column: Column, order: Order) {
        rows.sort_by_cached_key(|&row| {
            let key = Key::of(self.cell(row, column));
            Directed { key, order }
        });
    }
}

/// What a cell is sorted by.
#[derive(PartialEq)]
enum Key {
    Number(f64),
    Text(String),
}

impl Key {
    fn of(cell: &str) -> Self {
        match cell.trim().parse() {
            Ok(number) => Key::Number(number),
            Err(_) => Key::Text(cell.to_lowercase()),
        }
    }
}

/// A key in a direction; so that a descending order keeps equal rows in place, too.
#[derive(PartialEq)]
struct Directed {
    key: Key,
    order: Order,
}

impl Eq for Directed {}

impl PartialOrd for Directed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Directed {
    fn cmp(&self, other: &Self) -> Ordering {
        let ascending = match (&self.key, &other.key) {
            (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
            (Key::Number(_), Key::Text(_)) => Ordering::Less,
            (Key::Text(_), Key::Number(_)) => Ordering::Greater,
            (Key::Text(a), Key::Text(b)) => a.cmp(b),
        };
        match self.order {
            Order::Ascending => ascending,
            Order::Descending => ascending.reverse(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] =
        b"name,weight\nWren,9.3\nRobin,17.5\n\"Tit, Blue\",11\nwaxwing,\nRobin,100\n";

    fn names(table: &Table, rows: &[Row]) -> Vec<String> {
        let cell = |&row| table.cell(row, Column(0)).to_owned();
        rows.iter().map(cell).collect()
    }

    fn all() -> Regex {
        Regex::new("").unwrap()
    }

    #[test]
    fn quoted_cells_are_read_and_missing_ones_are_empty() {
        let table = Table::read(b"a,b\n\"x, y\"\n").unwrap();
        let rows = table.matching(&all(), None);
        assert_eq!(table.cell(rows[0], Column(0)), "x, y");
        assert_eq!(table.cell(rows[0], Column(1)), "");
    }

    #[test]
    fn a_pattern_looks_at_one_column_or_at_all() {
        let table = Table::read(FILE).unwrap();
        let pattern = Regex::new("(?i)^w|1").unwrap();
        let found = names(&table, &table.matching(&pattern, None));
        assert_eq!(found, ["Wren", "Robin", "Tit, Blue", "waxwing", "Robin"]);
        let found = names(&table, &table.matching(&pattern, Some(Column(0))));
        assert_eq!(found, ["Wren", "waxwing"]);
    }

    #[test]
    fn numbers_are_sorted_by_value_and_before_texts() {
        let table = Table::read(FILE).unwrap();
        let mut rows = table.matching(&all(), None);
        table.sort(&mut rows, Column(1), Order::Ascending);
        assert_eq!(
            names(&table, &rows),
            ["Wren", "Tit, Blue", "Robin", "Robin", "waxwing"]
        );
        assert_eq!(table.cell(rows[3], Column(1)), "100");
    }

    #[test]
    fn texts_are_sorted_without_case_and_stably_both_ways() {
        let table = Table::read(FILE).unwrap();
        let mut rows = table.matching(&all(), None);
        table.sort(&mut rows, Column(0), Order::Descending);
        assert_eq!(
            names(&table, &rows),
            ["Wren", "waxwing", "Tit, Blue", "Robin", "Robin"]
        );
        assert_eq!(table.cell(rows[3], Column(1)), "17.5");
    }

    #[test]
    fn the_shipped_file_is_a_few_thousand_full_rows() {
        let table = Table::read(include_bytes!("../../../static/ringing.csv")).unwrap();
        assert_eq!((table.len(), table.headers().count()), (3200, 7));
        let wrens = Regex::new("^Eurasian Wren$").unwrap();
        assert!(table.matching(&wrens, Some(Column(2))).len() > 50);
    }
}
