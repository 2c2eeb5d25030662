//! The table of chunks: when each was asked for, compiled, and part of the program on the page and on the audio thread.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_cleave::{ChunkInfo, ChunkPhase, Config};
use web_sys::{Element, HtmlElement};

use crate::dom::{self, Result, find};
use crate::effects::Kind;
use crate::text;

/// What happens to a chunk, in the order of the columns.
#[derive(Clone, Copy)]
enum Step {
    Fetched,
    Compiled,
    Page,
    Audio,
}

pub(super) struct ChunkTable {
    body: Element,
    rows: RefCell<Vec<Row>>,
}

struct Row {
    file: String,
    splits: Vec<String>,
    item: HtmlElement,
    cells: [Element; 4],
    has_arrived: bool,
}

impl ChunkTable {
    pub(super) fn new() -> Result<Self> {
        let table = ChunkTable {
            body: dom::by_id("chunks")?,
            rows: RefCell::default(),
        };
        let chunks = wasm_cleave::chunks();
        let all: u64 = chunks.iter().map(|chunk| u64::from(chunk.size)).sum();
        let mut sum = text::size(all);
        if let Some(main) = dom::main_size() {
            sum.push_str(" beside main's ");
            sum.push_str(&text::size(main));
        }
        dom::by_id::<Element>("chunks-sum")?.set_text_content(Some(&sum));
        for chunk in &chunks {
            table.add(chunk)?;
        }
        show_sizes(&chunks)?;
        Ok(table)
    }

    fn add(&self, chunk: &ChunkInfo) -> Result {
        let item = dom::template("chunk")?;
        item.set_title(&chunk.file);
        find::<Element>(&item, "b")?.set_text_content(Some(&chunk.splits.join(" + ")));
        let size = text::size(u64::from(chunk.size));
        find::<Element>(&item, "small")?.set_text_content(Some(&size));
        let cell = |selector| find(&item, selector);
        let row = Row {
            file: chunk.file.clone(),
            splits: chunk.splits.clone(),
            cells: [
                cell("td:nth-child(2)")?,
                cell("td:nth-child(3)")?,
                cell("td:nth-child(4)")?,
                cell("td:nth-child(5)")?,
            ],
            item,
            has_arrived: false,
        };
        self.body.append_child(&row.item)?;
        self.rows.borrow_mut().push(row);
        Ok(())
    }

    /// Shows a chunk that has got further at this moment.
    fn show(&self, chunk: &ChunkInfo, at: f64) -> Result {
        let mut rows = self.rows.borrow_mut();
        let Some(row) = rows.iter_mut().find(|row| row.file == chunk.file) else {
            return Ok(());
        };
        let state = match chunk.phase {
            ChunkPhase::Ready => "ready",
            ChunkPhase::Failed => "failed",
            ChunkPhase::Absent => "absent",
            _ => "loading",
        };
        row.item.set_attribute("data-state", state)?;
        match chunk.phase {
            ChunkPhase::Fetching if chunk.loaded >= chunk.size => row.note(Step::Fetched, at),
            ChunkPhase::Compiled => {
                row.note(Step::Fetched, at);
                row.note(Step::Compiled, at);
            }
            ChunkPhase::Ready => {
                row.note(Step::Page, at);
                row.has_arrived = true;
            }
            _ => {}
        }
        // Those that have arrived come first, in their order.
        let place = rows
            .iter()
            .position(|row| !row.has_arrived && row.file != chunk.file);
        let arrived = rows.iter().position(|row| row.file == chunk.file);
        if let (Some(place), Some(arrived)) = (place, arrived)
            && chunk.phase == ChunkPhase::Ready
            && place < arrived
        {
            let row = rows.remove(arrived);
            self.body
                .insert_before(&row.item, Some(&rows[place].item))?;
            rows.insert(place, row);
        }
        Ok(())
    }

    /// The chunks of a split are part of the program on the audio thread, from now on.
    pub(super) fn on_audio_thread(&self, split: &str) -> Result {
        let performance = dom::window()?.performance().ok_or(JsValue::NULL)?;
        let now = performance.now();
        let rows = self.rows.borrow();
        let of_split = rows
            .iter()
            .filter(|row| row.splits.iter().any(|name| name == split));
        for row in of_split {
            row.note(Step::Audio, now);
        }
        Ok(())
    }
}

impl Row {
    /// Notes when something happened, the first time.
    fn note(&self, step: Step, at: f64) {
        let cell = &self.cells[step as usize];
        if cell.text_content().as_deref() == Some("–") {
            cell.set_text_content(Some(&text::seconds(at)));
        }
    }
}

/// Lets the table show every step of every chunk from now on.
pub(super) fn watch(table: &Rc<ChunkTable>) {
    let table = table.clone();
    wasm_cleave::configure(Config::new().on_progress(move |progress| {
        let at = progress.at.as_secs_f64() * 1000.0;
        dom::report(table.show(&progress.chunk, at));
    }));
}

/// Says on the buttons of the menu how much code each effect is.
fn show_sizes(chunks: &[ChunkInfo]) -> Result {
    let menu: Element = dom::by_id("menu")?;
    for kind in Kind::ALL {
        let of_kind = chunks
            .iter()
            .filter(|chunk| chunk.splits.iter().any(|name| name == kind.name()));
        let size = of_kind.map(|chunk| u64::from(chunk.size)).sum();
        let mut selector = String::from("[data-add=");
        selector.push_str(kind.name());
        selector.push_str("] small");
        find::<Element>(&menu, &selector)?.set_text_content(Some(&text::size(size)));
    }
    Ok(())
}
