//! The page: what can be chosen, and what is shown while threads work.

mod chunks;
mod controls;
mod files;
mod gallery;
mod lanes;
mod run;
mod times;
mod viewer;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, File, FileList};

use crate::board::Board;
use crate::dom::{self, Result};
use crate::shipped;
use crate::stages::overlay::Caption;
use crate::work::{Job, Source};
use chunks::ChunkTable;
use controls::Controls;
use gallery::Gallery;
use lanes::Lanes;
use run::Crew;
use times::TimesChart;
use viewer::Viewer;

/// The shape of a picture until it is known.
const USUAL_RATIO: f64 = 1.5;

/// Takes over the page that `index.html` shows.
pub(crate) fn open() -> Result {
    let page = Rc::new(Page {
        controls: Controls::new()?,
        gallery: Gallery::new()?,
        lanes: Lanes::new()?,
        times: TimesChart::new()?,
        chunks: ChunkTable::new()?,
        viewer: Viewer::new()?,
        notice: dom::by_id("notice")?,
        sources: RefCell::default(),
        job: RefCell::default(),
        crew: RefCell::default(),
        frames: Cell::default(),
    });
    page.listen()?;
    page.lanes.begin(page.controls.threads(), 0)?;
    page.clone().busy(async move { page.take_shipped().await });
    Ok(())
}

struct Page {
    controls: Controls,
    gallery: Gallery,
    lanes: Lanes,
    times: TimesChart,
    chunks: ChunkTable,
    viewer: Viewer,
    notice: Element,
    /// What is worked on: one for each tile.
    sources: RefCell<Vec<Arc<Source>>>,
    /// The latest run, with its results.
    job: RefCell<Option<Arc<Job>>>,
    /// The pool of the latest run, for the next one of the same size.
    crew: RefCell<Option<Crew>>,
    /// Counts what was drawn of the current run.
    frames: Cell<u32>,
}

impl Page {
    fn listen(self: &Rc<Self>) -> Result {
        let page = self.clone();
        self.controls.on_start(move || {
            let page = page.clone();
            page.clone().busy(async move { page.start().await });
        })?;
        let page = self.clone();
        self.controls.on_compare(move || {
            let page = page.clone();
            page.clone().busy(async move { page.compare().await });
        })?;
        let page = self.clone();
        self.controls.on_files(move |list| page.bring(list))
    }

    /// Lets the page do one thing, during which no other can be begun, and tells the visitor if it fails.
    fn busy(self: Rc<Self>, work: impl Future<Output = Result> + 'static) {
        if let Err(error) = self.controls.set_busy(true) {
            return dom::report(Err(error));
        }
        spawn_local(async move {
            let result = work.await;
            dom::report(self.controls.set_busy(false));
            if let Err(error) = result {
                dom::report(self.say(&dom::message(&error), true));
            }
        });
    }

    /// Tells the visitor something; nothing if it is empty.
    fn say(&self, text: &str, is_wrong: bool) -> Result {
        self.notice.set_text_content(Some(text));
        self.notice
            .set_class_name(if is_wrong { "wrong" } else { "" });
        dom::show(&self.notice, !text.is_empty())
    }

    /// Fetches the pictures that come with the program, all at once, and shows each when it is there.
    async fn take_shipped(self: Rc<Self>) -> Result {
        let mut asked = Vec::new();
        for (picture, shipped) in shipped::all().enumerate() {
            let ratio = f64::from(shipped.width) / f64::from(shipped.height);
            self.add_tile(&shipped.caption().title, picture, ratio)?;
            asked.push((shipped, files::ask(shipped.file)?));
        }
        for (shipped, promise) in asked {
            let file = files::fetched(promise).await?;
            self.add_source(shipped.caption(), file)?;
        }
        Ok(())
    }

    /// Takes the visitor's pictures instead of those that are there.
    fn bring(self: &Rc<Self>, list: FileList) {
        let files: Vec<File> = (0..list.length()).filter_map(|at| list.get(at)).collect();
        if files.is_empty() || self.controls.is_busy() {
            return;
        }
        let page = self.clone();
        self.clone()
            .busy(async move { page.take_files(files).await });
    }

    async fn take_files(self: Rc<Self>, files: Vec<File>) -> Result {
        self.viewer.close();
        self.job.take();
        self.sources.take();
        self.gallery.clear();
        self.controls.show_progress(0.0, "")?;
        for (picture, file) in files.into_iter().enumerate() {
            let name = file.name();
            let title = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
            self.add_tile(title, picture, USUAL_RATIO)?;
            let caption = Caption {
                title: title.to_owned(),
                author: String::new(),
            };
            let image = self.add_source(caption, files::read(&file).await?)?;
            if let Some(ratio) = gallery::ratio(&image).await {
                self.gallery.set_ratio(picture, ratio)?;
            }
        }
        Ok(())
    }

    fn add_tile(self: &Rc<Self>, title: &str, picture: usize, ratio: f64) -> Result {
        let page = self.clone();
        self.gallery.add(title, ratio, move || page.view(picture))
    }

    /// A picture has come: its tile shows it, and it can be worked on.
    fn add_source(&self, caption: Caption, file: Vec<u8>) -> Result<web_sys::HtmlImageElement> {
        let picture = self.sources.borrow().len();
        let image = self.gallery.show_file(picture, &file)?;
        let source = Arc::new(Source { caption, file });
        self.sources.borrow_mut().push(source);
        Ok(image)
    }

    /// Shows the result of a picture at large.
    fn view(&self, picture: usize) -> Result {
        let job = self.job.borrow();
        let card = job.as_ref().and_then(|job| job.board.cards().get(picture));
        let outcome = card.and_then(|card| card.outcome());
        match (outcome, self.gallery.url(picture)) {
            (Some(Ok(finished)), Some(url)) => self.viewer.open(finished, &url),
            _ => Ok(()),
        }
    }

    /// Draws what the threads have written. The table changes seldom, so it is read now and then only.
    fn show(&self, board: &Board, is_over: bool) -> Result {
        const SELDOM: u32 = 8;
        self.gallery.update(board)?;
        self.lanes.update(board)?;
        self.controls.show_board(board)?;
        let frames = self.frames.get();
        self.frames.set(frames.wrapping_add(1));
        if is_over || frames.is_multiple_of(SELDOM) {
            self.chunks.update()?;
        }
        Ok(())
    }
}

/// JavaScript's own events as they are here.
fn dropped_files(event: &web_sys::Event) -> Option<FileList> {
    let event: &web_sys::DragEvent = event.dyn_ref()?;
    event.data_transfer()?.files()
}
