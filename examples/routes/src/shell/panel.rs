//! The list of modules: what each is for, how large it is, and how it arrives.

use std::cell::RefCell;

use example_page::text::{millis, size};
use wasm_bindgen::JsCast;
use wasm_cleave::{ChunkInfo, ChunkPhase};
use web_sys::{Element, HtmlElement};

use crate::dom::{self, Result, find};

/// The list on the page.
pub(super) struct Panel {
    arrived: Element,
    absent: Element,
    bar: Element,
    loaded: Element,
    total: Element,
    waiting: Element,
    rows: RefCell<Vec<Row>>,
}

/// One module on the page.
struct Row {
    file: String,
    item: HtmlElement,
    /// Its part of the bar that stands for the whole program.
    part: HtmlElement,
    bytes: u64,
    ready: bool,
    absent: bool,
}

impl Panel {
    /// Lists the modules of the program as they are now.
    pub(super) fn new(root: &Element) -> Result<Self> {
        let panel = Panel {
            arrived: find(root, "#arrived")?,
            absent: find(root, "#absent")?,
            bar: find(root, "#whole")?,
            loaded: find(root, "#loaded-size")?,
            total: find(root, "#total-size")?,
            waiting: find(root, "#absent-count")?,
            rows: RefCell::default(),
        };
        panel.add_main()?;
        let mut chunks = wasm_cleave::chunks();
        chunks.sort_by_key(|chunk| std::cmp::Reverse(chunk.size));
        for chunk in &chunks {
            panel.add(
                &chunk.splits.join(" + "),
                &chunk.file,
                u64::from(chunk.size),
            )?;
            panel.show(chunk)?;
        }
        panel.sum_up();
        Ok(panel)
    }

    /// Lists the main module, which is here; the browser knows how it came.
    fn add_main(&self) -> Result {
        let Some(entry) = dom::main_entry() else {
            return Ok(());
        };
        let url = entry.name();
        let file = url.rsplit('/').next().unwrap_or_default();
        self.add("main", file, entry.decoded_body_size() as u64)?;
        let mut rows = self.rows.borrow_mut();
        if let Some(row) = rows.last_mut() {
            row.set(ChunkPhase::Ready, &millis(entry.duration()), 100)?;
            self.arrived.append_child(&row.item)?;
        }
        Ok(())
    }

    fn add(&self, name: &str, file: &str, bytes: u64) -> Result {
        let item: HtmlElement = dom::template("module-row")?.unchecked_into();
        item.set_title(file);
        find::<Element>(&item, ".name")?.set_text_content(Some(name));
        find::<Element>(&item, ".size")?.set_text_content(Some(&size(bytes)));
        let part: HtmlElement = dom::document()?.create_element("i")?.unchecked_into();
        part.style().set_property("flex-grow", &bytes.to_string())?;
        part.set_title(name);
        self.bar.append_child(&part)?;
        self.absent.append_child(&item)?;
        self.rows.borrow_mut().push(Row {
            file: file.to_owned(),
            item,
            part,
            bytes,
            ready: false,
            absent: true,
        });
        Ok(())
    }

    /// Shows a module as it is now.
    pub(super) fn update(&self, chunk: &ChunkInfo) -> Result {
        self.show(chunk)?;
        self.sum_up();
        Ok(())
    }

    fn show(&self, chunk: &ChunkInfo) -> Result {
        let mut rows = self.rows.borrow_mut();
        let Some(row) = rows.iter_mut().find(|row| row.file == chunk.file) else {
            return Ok(());
        };
        let percent = u64::from(chunk.loaded) * 100 / row.bytes.max(1);
        let note = match chunk.phase {
            ChunkPhase::Absent => String::new(),
            ChunkPhase::Ready => {
                millis(chunk.load_time().unwrap_or_default().as_secs_f64() * 1000.0)
            }
            ChunkPhase::Failed => String::from("failed"),
            _ if chunk.attempts > 1 => {
                let mut note = String::from("attempt ");
                note.push_str(&chunk.attempts.to_string());
                note
            }
            _ => {
                let mut note = percent.to_string();
                note.push_str(" %");
                note
            }
        };
        if row.absent && chunk.phase != ChunkPhase::Absent {
            self.arrived.append_child(&row.item)?;
        }
        row.set(chunk.phase, &note, percent)
    }

    /// Adds up what is here, and what there is in all.
    fn sum_up(&self) {
        let (mut loaded, mut total, mut absent) = (0, 0, 0u32);
        for row in self.rows.borrow().iter() {
            total += row.bytes;
            loaded += if row.ready { row.bytes } else { 0 };
            absent += u32::from(row.absent);
        }
        self.loaded.set_text_content(Some(&size(loaded)));
        self.total.set_text_content(Some(&size(total)));
        self.waiting.set_text_content(Some(&absent.to_string()));
    }
}

impl Row {
    fn set(&mut self, phase: ChunkPhase, note: &str, percent: u64) -> Result {
        let state = match phase {
            ChunkPhase::Absent => "absent",
            ChunkPhase::Ready => "ready",
            ChunkPhase::Failed => "failed",
            _ => "loading",
        };
        self.ready = phase == ChunkPhase::Ready;
        self.absent = phase == ChunkPhase::Absent;
        self.item.set_attribute("data-state", state)?;
        self.part.set_attribute("data-state", state)?;
        let style = self.item.style();
        style.set_property("--percent", &percent.to_string())?;
        find::<Element>(&self.item, ".note")?.set_text_content(Some(note));
        Ok(())
    }
}
