//! The table as HTML, with what was found marked. No page needed.

use std::fmt::Write;

use regex::Regex;

use super::table::{Column, Order, Row, Table};

/// The choice of columns to search.
pub(super) fn options(table: &Table) -> String {
    let mut html = String::from("<option value=\"\">any column</option>");
    for (column, name) in table.headers() {
        // Writing to a string cannot fail; here and below.
        let _ = write!(
            html,
            "<option value=\"{}\">{}</option>",
            column.0,
            escaped(name)
        );
    }
    html
}

/// The headers: buttons that sort.
pub(super) fn head(table: &Table, sorted: Option<(Column, Order)>) -> String {
    let mut html = String::from("<tr>");
    for (column, name) in table.headers() {
        let sort = match sorted {
            Some((sorted, Order::Ascending)) if sorted == column => "ascending",
            Some((sorted, Order::Descending)) if sorted == column => "descending",
            _ => "none",
        };
        let _ = write!(
            html,
            "<th scope=\"col\" aria-sort=\"{sort}\"><button type=\"button\" data-column=\"{}\">{}</button></th>",
            column.0,
            escaped(name)
        );
    }
    html + "</tr>"
}

/// Rows, with the matches marked in the columns that were searched.
pub(super) fn body(
    table: &Table,
    rows: impl Iterator<Item = Row>,
    pattern: Option<&Regex>,
    searched: Option<Column>,
) -> String {
    let mut html = String::new();
    for row in rows {
        html.push_str("<tr>");
        for (column, _) in table.headers() {
            let pattern = pattern.filter(|_| searched.is_none_or(|searched| searched == column));
            html.push_str("<td>");
            html.push_str(&marked(table.cell(row, column), pattern));
            html.push_str("</td>");
        }
        html.push_str("</tr>");
    }
    html
}

fn marked(cell: &str, pattern: Option<&Regex>) -> String {
    let Some(pattern) = pattern else {
        return escaped(cell);
    };
    let mut html = String::new();
    let mut done = 0;
    for found in pattern.find_iter(cell).filter(|found| !found.is_empty()) {
        html.push_str(&escaped(&cell[done..found.start()]));
        let _ = write!(html, "<mark>{}</mark>", escaped(found.as_str()));
        done = found.end();
    }
    html + &escaped(&cell[done..])
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_marked_and_everything_is_escaped() {
        let pattern = Regex::new("<b>|x*").unwrap();
        assert_eq!(
            marked("a <b> & xx", Some(&pattern)),
            "a <mark>&lt;b></mark> &amp; <mark>xx</mark>"
        );
        assert_eq!(marked("<i>", None), "&lt;i>");
    }

    #[test]
    fn only_the_searched_column_is_marked() {
        let table = Table::read(b"p,q\nx,x\n").unwrap();
        let pattern = Regex::new("x").unwrap();
        let rows = table.matching(&pattern, None).into_iter();
        assert_eq!(
            body(&table, rows, Some(&pattern), Some(Column(1))),
            "<tr><td>x</td><td><mark>x</mark></td></tr>"
        );
    }

    #[test]
    fn the_sorted_column_says_so() {
        let table = Table::read(b"p,q\n").unwrap();
        let html = head(&table, Some((Column(1), Order::Descending)));
        assert_eq!(html.matches("descending").count(), 1);
        assert!(html.find("descending") > html.find(">p<"), "{html}");
    }
}
