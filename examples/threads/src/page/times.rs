//! How long pools of different sizes take: a bar for each.

use std::cell::RefCell;

use web_sys::{Element, HtmlElement};

use crate::dom::{self, Result, find};
use crate::text;

pub(super) struct TimesChart {
    list: Element,
    sum: Element,
    note: Element,
    rows: RefCell<Vec<Row>>,
}

struct Row {
    item: HtmlElement,
    milliseconds: Option<f64>,
}

/// The sizes to compare: powers of two up to the number of cores, and that number.
pub(super) fn sizes(cores: usize) -> Vec<usize> {
    let powers = std::iter::successors(Some(1), |size| Some(size * 2));
    let mut sizes: Vec<usize> = powers.take_while(|&size| size < cores).collect();
    sizes.push(cores.max(1));
    sizes
}

impl TimesChart {
    pub(super) fn new() -> Result<Self> {
        Ok(TimesChart {
            list: dom::by_id("times")?,
            sum: dom::by_id("times-sum")?,
            note: dom::by_id("times-note")?,
            rows: RefCell::default(),
        })
    }

    /// Rows without bars for pools of these sizes.
    pub(super) fn begin(&self, sizes: &[usize], filter: &str) -> Result {
        self.list.set_inner_html("");
        self.sum.set_text_content(Some(filter));
        self.note.set_text_content(Some("Warming up…"));
        let mut rows = Vec::new();
        for &size in sizes {
            let item = dom::template("time")?;
            let mut name = size.to_string();
            name.push_str(if size == 1 { " thread" } else { " threads" });
            find::<Element>(&item, ".name")?.set_text_content(Some(&name));
            self.list.append_child(&item)?;
            rows.push(Row {
                item,
                milliseconds: None,
            });
        }
        self.rows.replace(rows);
        Ok(())
    }

    /// One of the rows is being measured.
    pub(super) fn measure(&self, row: usize) -> Result {
        self.note.set_text_content(Some("Measuring…"));
        self.rows.borrow()[row].item.set_class_name("running");
        Ok(())
    }

    /// One of the rows has been measured.
    pub(super) fn set(&self, row: usize, milliseconds: f64) -> Result {
        let mut rows = self.rows.borrow_mut();
        rows[row].milliseconds = Some(milliseconds);
        rows[row].item.set_class_name("");
        let times = || rows.iter().filter_map(|row| row.milliseconds);
        let (first, longest) = (times().next(), times().fold(1.0, f64::max));
        for row in rows.iter() {
            if let (Some(time), Some(first)) = (row.milliseconds, first) {
                row.show(time, first, longest)?;
            }
        }
        Ok(())
    }

    /// Says what the times are.
    pub(super) fn end(&self) {
        self.note.set_text_content(Some(
            "All pictures, from the first file's bytes to the last overlay. The code was there, and one run to warm up \
             is not counted, nor is starting the threads.",
        ));
    }

    /// There will be no times.
    pub(super) fn give_up(&self, why: &str) {
        self.list.set_inner_html("");
        self.sum.set_text_content(None);
        self.note.set_text_content(Some(why));
    }
}

impl Row {
    fn show(&self, time: f64, first: f64, longest: f64) -> Result {
        let bar: HtmlElement = find(&self.item, "i")?;
        dom::set_number(&bar, "--part", time / longest * 100.0)?;
        let value: Element = find(&self.item, ".value")?;
        value.set_text_content(Some(&text::seconds(time)));
        let gain = dom::document()?.create_element("small")?;
        gain.set_text_content(Some(&text::times(first / time)));
        value.append_child(&gain)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::sizes;

    #[test]
    fn the_sizes_end_with_the_number_of_cores() {
        assert_eq!(sizes(1), [1]);
        assert_eq!(sizes(2), [1, 2]);
        assert_eq!(sizes(6), [1, 2, 4, 6]);
        assert_eq!(sizes(8), [1, 2, 4, 8]);
    }
}
