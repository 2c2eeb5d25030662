//! The table of chunks: what all threads together have done with each, and which of them used it first.

use std::cell::RefCell;

use wasm_cleave::{ChunkCounters, ChunkInfo, ChunkPhase};
use web_sys::{Element, HtmlElement};

use crate::dom::{self, Result, find};
use crate::part::{Part, Thread};
use crate::text;

pub(super) struct ChunkTable {
    body: Element,
    sum: Element,
    rows: RefCell<Vec<Row>>,
}

struct Row {
    file: String,
    /// The parts of the program whose code is in it.
    parts: Vec<Part>,
    item: HtmlElement,
    cells: [Element; 5],
    first: Element,
    shown: Option<Shown>,
}

/// All that can change in a row.
#[derive(Clone, PartialEq)]
struct Shown {
    state: &'static str,
    counts: Option<[u32; 5]>,
    first: Option<Thread>,
}

impl ChunkTable {
    /// Lists the chunks of the program as they are now.
    pub(super) fn new() -> Result<Self> {
        let table = ChunkTable {
            body: dom::by_id("chunks")?,
            sum: dom::by_id("chunks-sum")?,
            rows: RefCell::default(),
        };
        let mut chunks = wasm_cleave::chunks();
        chunks.sort_by_key(|chunk| std::cmp::Reverse(chunk.size));
        let size = |chunk: &ChunkInfo| u64::from(chunk.size);
        let mut sum = text::size(chunks.iter().map(size).sum());
        if let Some(main) = dom::main_size() {
            sum.push_str(", main ");
            sum.push_str(&text::size(main));
        }
        table.sum.set_text_content(Some(&sum));
        for chunk in &chunks {
            table.add(chunk)?;
        }
        table.update()?;
        Ok(table)
    }

    fn add(&self, chunk: &ChunkInfo) -> Result {
        let item = dom::template("chunk")?;
        item.set_title(&chunk.file);
        find::<Element>(&item, "b")?.set_text_content(Some(&chunk.splits.join(" + ")));
        let size = text::size(u64::from(chunk.size));
        find::<Element>(&item, "small")?.set_text_content(Some(&size));
        let cell = |selector| find(&item, selector);
        let parts = Part::ALL.into_iter();
        let row = Row {
            file: chunk.file.clone(),
            parts: parts
                .filter(|part| chunk.splits.iter().any(|split| split == part.name()))
                .collect(),
            cells: [
                cell("td")?,
                cell("td:nth-child(3)")?,
                cell("td:nth-child(4)")?,
                cell("td:nth-child(5)")?,
                cell("td:nth-child(6)")?,
            ],
            first: cell(".first")?,
            item,
            shown: None,
        };
        self.body.append_child(&row.item)?;
        self.rows.borrow_mut().push(row);
        Ok(())
    }

    /// Shows what has changed since the last time.
    pub(super) fn update(&self) -> Result {
        let counters = wasm_cleave::chunk_counters();
        let chunks = wasm_cleave::chunks();
        for row in self.rows.borrow_mut().iter_mut() {
            let counters = counters.iter().find(|counters| counters.file == row.file);
            let chunk = chunks.iter().find(|chunk| chunk.file == row.file);
            row.update(counters, chunk.map(|chunk| chunk.phase))?;
        }
        Ok(())
    }
}

impl Row {
    fn update(&mut self, counters: Option<&ChunkCounters>, phase: Option<ChunkPhase>) -> Result {
        let is_fetched = counters.is_some_and(|counters| counters.fetches > 0);
        let is_linked = counters.is_some_and(|counters| counters.instantiations > 0);
        let now = Shown {
            state: match phase {
                _ if is_linked => "ready",
                Some(ChunkPhase::Ready) => "ready",
                _ if is_fetched => "loading",
                Some(ChunkPhase::Fetching) => "loading",
                _ => "absent",
            },
            counts: counters.map(|counters| {
                [
                    counters.fetches,
                    counters.compilations,
                    counters.instantiations,
                    counters.stub_hits,
                    counters.waits,
                ]
            }),
            first: self.first_thread(),
        };
        if self.shown.as_ref() == Some(&now) {
            return Ok(());
        }
        self.item.set_attribute("data-state", now.state)?;
        let first = now.first.map_or(String::from("–"), Thread::name);
        self.first.set_text_content(Some(&first));
        for (at, cell) in self.cells.iter().enumerate() {
            let text = match now.counts {
                Some(counts) => counts[at].to_string(),
                None => String::from("–"),
            };
            cell.set_text_content(Some(&text));
        }
        self.shown = Some(now);
        Ok(())
    }

    /// The thread that was the first to use one of the parts.
    fn first_thread(&self) -> Option<Thread> {
        let uses = self.parts.iter().filter_map(|part| part.first_use());
        let first = uses.min_by_key(|(order, _)| *order);
        first.map(|(_, thread)| thread)
    }
}
