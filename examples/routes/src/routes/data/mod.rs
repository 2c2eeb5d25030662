//! The route `data`: a table of a few thousand rows, filtered by a regular expression and sorted by any column.

mod paint;
mod table;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use regex::{Regex, RegexBuilder};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use wasm_cleave::wasm_split;
use web_sys::{Element, Event, HtmlInputElement, HtmlSelectElement};

use super::file;
use crate::dom::{self, Listener, Result, find};
use crate::route::{Opened, Route};
use table::{Column, Order, Row, Table};

/// The table that is there before the visitor brings one.
const SHIPPED: &str = "ringing.csv";

/// Rows shown at a time.
const PAGE: usize = 50;

/// Fills `host` with the table and its controls.
#[wasm_split(data)]
pub(crate) async fn open(host: &Element) -> Opened {
    let shipped = file::fetch(SHIPPED).await?;
    host.set_inner_html(include_str!("page.html"));
    let view = Rc::new(View {
        pattern: find(host, "[name=pattern]")?,
        column: find(host, "[name=column]")?,
        any_case: find(host, "[name=case]")?,
        picker: find(host, "input[type=file]")?,
        form: find(host, "form")?,
        head: find(host, "thead")?,
        body: find(host, "tbody")?,
        status: find(host, ".status")?,
        pager: find(host, ".pager")?,
        table: RefCell::default(),
        found: RefCell::default(),
        sorted: Cell::default(),
        page: Cell::default(),
    });
    view.load(&shipped)?;
    let listeners = view.listen()?;
    Ok(Box::new(Data {
        _listeners: listeners,
    }))
}

struct Data {
    _listeners: Vec<Listener>,
}

impl Route for Data {}

struct View {
    pattern: HtmlInputElement,
    column: HtmlSelectElement,
    any_case: HtmlInputElement,
    picker: HtmlInputElement,
    form: Element,
    head: Element,
    body: Element,
    status: Element,
    pager: Element,
    table: RefCell<Option<Table>>,
    found: RefCell<Found>,
    sorted: Cell<Option<(Column, Order)>>,
    page: Cell<usize>,
}

/// What is left of the table under the pattern, in order.
#[derive(Default)]
struct Found {
    rows: Vec<Row>,
    pattern: Option<Regex>,
}

impl View {
    fn listen(self: &Rc<Self>) -> Result<Vec<Listener>> {
        Ok(vec![
            self.on(&self.form, "input", |view, _| view.search())?,
            self.on(&self.form, "submit", |_, event| {
                event.prevent_default();
                Ok(())
            })?,
            self.on(&self.picker, "change", |view, _| {
                view.take();
                Ok(())
            })?,
            self.on(&self.head, "click", |view, event| {
                let button: Option<Element> =
                    event.target().and_then(|target| target.dyn_into().ok());
                let column = button.and_then(|button| button.get_attribute("data-column"));
                match column.and_then(|column| column.parse().ok()) {
                    Some(column) => view.sort_by(Column(column)),
                    None => Ok(()),
                }
            })?,
            self.on(&self.pager, "click", |view, event| {
                let button: Option<Element> =
                    event.target().and_then(|target| target.dyn_into().ok());
                match button
                    .and_then(|button| button.get_attribute("name"))
                    .as_deref()
                {
                    Some("next") => view.turn_to(view.page.get().saturating_add(1)),
                    Some("back") => view.turn_to(view.page.get().saturating_sub(1)),
                    _ => Ok(()),
                }
            })?,
        ])
    }

    fn on(
        self: &Rc<Self>,
        target: &Element,
        kind: &'static str,
        act: impl Fn(&Rc<Self>, Event) -> Result + 'static,
    ) -> Result<Listener> {
        let view = self.clone();
        Listener::new(target, kind, move |event| act(&view, event))
    }

    /// Reads the visitor's file.
    fn take(self: &Rc<Self>) {
        let Some(file) = self.picker.files().and_then(|files| files.get(0)) else {
            return;
        };
        let view = self.clone();
        spawn_local(async move {
            let loaded = match file::read(&file).await {
                Ok(bytes) => view.load(&bytes),
                Err(error) => Err(error),
            };
            dom::report(loaded);
        });
    }

    /// Shows another table; what is no table leaves the earlier one in place.
    fn load(&self, file: &[u8]) -> Result {
        let table = match Table::read(file) {
            Ok(table) => table,
            Err(error) => {
                self.tell(&format!("Cannot read this file: {error}"), true)?;
                return Ok(());
            }
        };
        self.column.set_inner_html(&paint::options(&table));
        *self.table.borrow_mut() = Some(table);
        self.sorted.set(None);
        self.search()
    }

    fn pattern(&self) -> std::result::Result<Regex, regex::Error> {
        RegexBuilder::new(&self.pattern.value())
            .case_insensitive(self.any_case.checked())
            .build()
    }

    /// Looks for the pattern. A mistake in it is told, and what was found before stays.
    fn search(&self) -> Result {
        let pattern = match self.pattern() {
            Ok(pattern) => pattern,
            Err(error) => {
                let error = error.to_string();
                let reason = error.lines().last().unwrap_or(&error);
                return self.tell(reason, true);
            }
        };
        let table = self.table.borrow();
        let Some(table) = &*table else { return Ok(()) };
        let start = dom::now();
        let column = self.column.value().parse().ok().map(Column);
        let mut rows = table.matching(&pattern, column);
        if let Some((column, order)) = self.sorted.get() {
            table.sort(&mut rows, column, order);
        }
        let took = dom::now() - start;
        self.tell(
            &format!(
                "{} of {} rows, found in {took:.1} ms",
                rows.len(),
                table.len()
            ),
            false,
        )?;
        let shown = !self.pattern.value().is_empty();
        *self.found.borrow_mut() = Found {
            rows,
            pattern: shown.then_some(pattern),
        };
        self.head
            .set_inner_html(&paint::head(table, self.sorted.get()));
        self.turn_to(0)
    }

    fn tell(&self, message: &str, wrong: bool) -> Result {
        self.pattern
            .set_attribute("aria-invalid", if wrong { "true" } else { "false" })?;
        self.status.class_list().toggle_with_force("wrong", wrong)?;
        self.status.set_text_content(Some(message));
        Ok(())
    }

    /// Sorts by a column, or turns the order around if it is sorted by it already.
    fn sort_by(&self, column: Column) -> Result {
        let order = match self.sorted.get() {
            Some((sorted, order)) if sorted == column => order.reversed(),
            _ => Order::Ascending,
        };
        self.sorted.set(Some((column, order)));
        self.search()?;
        // The head was drawn anew: the focus goes back to where the visitor left it.
        let again: web_sys::HtmlElement =
            find(&self.head, &format!("[data-column=\"{}\"]", column.0))?;
        again.focus()
    }

    /// Shows one page of what was found.
    fn turn_to(&self, page: usize) -> Result {
        let table = self.table.borrow();
        let Some(table) = &*table else { return Ok(()) };
        let found = self.found.borrow();
        let pages = found.rows.len().div_ceil(PAGE).max(1);
        let page = page.min(pages - 1);
        self.page.set(page);
        let rows = found.rows.iter().skip(page * PAGE).take(PAGE).copied();
        let column = self.column.value().parse().ok().map(Column);
        self.body
            .set_inner_html(&paint::body(table, rows, found.pattern.as_ref(), column));
        let label: Element = find(&self.pager, "output")?;
        label.set_text_content(Some(&format!("{} / {pages}", page + 1)));
        for (name, off) in [("back", page == 0), ("next", page + 1 == pages)] {
            let button: Element = find(&self.pager, &format!("[name={name}]"))?;
            button.toggle_attribute_with_force("disabled", off)?;
        }
        Ok(())
    }
}
