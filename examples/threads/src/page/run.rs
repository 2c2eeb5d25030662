//! One run over all pictures, and several in a row: who works, and what the page does meanwhile.
//!
//! With a pool, the page awaits the pool's job, and draws at every frame what the threads have written. Where memory
//! cannot be shared the page does the work itself, and draws between the stages.

use std::cell::Cell;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::Arc;

use wasm_bindgen_futures::spawn_local;
use wasm_cleave::threads::Pool;

use super::Page;
use super::times::sizes;
use crate::board::Board;
use crate::dom::{self, Result};
use crate::filters::Kind;
use crate::work::{self, Job};

/// Who does the work.
pub(super) struct Crew {
    pool: Pool,
    /// As many threads as it was asked for.
    asked: usize,
}

impl Crew {
    /// The threads of its own; none if the page has to do the work.
    fn threads(&self) -> usize {
        self.pool.num_threads()
    }
}

impl Page {
    /// Works on all pictures with what was chosen.
    pub(super) async fn start(self: Rc<Self>) -> Result {
        self.say("", false)?;
        self.run(self.controls.filter()?, self.controls.threads())
            .await?;
        Ok(())
    }

    /// Works on all pictures with pools of growing size.
    pub(super) async fn compare(self: Rc<Self>) -> Result {
        self.say("", false)?;
        let filter = self.controls.filter()?;
        let sizes = sizes(self.controls.cores());
        self.times.begin(&sizes, filter.part().name())?;
        let times = self.measure(filter, &sizes).await;
        if times.is_err() {
            self.times.give_up("It did not come to an end.");
        }
        times
    }

    async fn measure(self: &Rc<Self>, filter: Kind, sizes: &[usize]) -> Result {
        self.run(filter, self.controls.cores()).await?;
        if self.is_alone() {
            self.times.give_up("There are no threads here to compare.");
            return Ok(());
        }
        for (row, &threads) in sizes.iter().enumerate() {
            self.times.measure(row)?;
            let time = self.run(filter, threads).await?;
            self.times.set(row, time)?;
        }
        self.times.end();
        Ok(())
    }

    /// Whether the latest run had no threads but the page.
    fn is_alone(&self) -> bool {
        let crew = self.crew.borrow();
        crew.as_ref().is_some_and(|crew| crew.threads() == 0)
    }

    /// Works on all pictures; how many milliseconds it took.
    async fn run(self: &Rc<Self>, filter: Kind, threads: usize) -> Result<f64> {
        // Gives memory back before more is needed.
        self.viewer.close();
        self.job.take();
        // The page makes the object whose code the threads will run.
        let filter = filter.make().await?;
        let crew = self.crew(threads).await?;
        let sources = self.sources.borrow().clone();
        self.lanes.begin(crew.threads(), sources.len())?;
        let job = Arc::new(Job {
            board: Board::new(sources.len()),
            sources,
            filter,
        });
        self.job.replace(Some(job.clone()));
        let watch = Watch::begin(self, &job);
        if crew.threads() == 0 {
            self.work_here(&job).await?;
        } else {
            let job = job.clone();
            crew.pool.install(move || job.in_parallel()).await?;
        }
        drop(watch);
        self.show(&job.board, true)?;
        self.say_failures(&job.board)?;
        self.crew.replace(Some(crew));
        Ok(job.board.latest())
    }

    /// Tells the visitor how many pictures failed, if any did, and why the first of them.
    fn say_failures(&self, board: &Board) -> Result {
        let outcomes = board.cards().iter().filter_map(|card| card.outcome());
        let mut failures = outcomes.filter_map(|outcome| outcome.as_ref().err());
        let Some(why) = failures.next() else {
            return Ok(());
        };
        let mut text = (1 + failures.count()).to_string();
        text.push_str(" of ");
        text.push_str(&board.cards().len().to_string());
        text.push_str(" pictures failed, the first because of this: ");
        text.push_str(why);
        self.say(&text, true)
    }

    /// A pool of so many threads: the one that is there, if it has as many.
    async fn crew(&self, threads: usize) -> Result<Crew> {
        if let Some(crew) = self.crew.take() {
            if crew.asked == threads {
                return Ok(crew);
            }
            crew.pool.shutdown().await?;
        }
        let pool = Pool::new(NonZero::new(threads)).await?;
        if pool.num_threads() == 0 {
            self.say(why_alone(), false)?;
        }
        Ok(Crew {
            pool,
            asked: threads,
        })
    }

    /// Works on all pictures on the page, which draws between the stages.
    async fn work_here(&self, job: &Job) -> Result {
        for part in work::parts(job.filter.part()) {
            part.split().preload().await?;
        }
        for picture in 0..job.sources.len() {
            let mut work = job.begin(picture);
            while work.step() {
                dom::breathe().await?;
            }
            dom::breathe().await?;
        }
        Ok(())
    }
}

/// Why there is a pool without threads.
fn why_alone() -> &'static str {
    if !cfg!(target_feature = "atomics") {
        return "This program was built without --threads, so the page does all the work itself.";
    }
    if !dom::is_isolated() {
        return "The server does not isolate this page from other origins (Cross-Origin-Opener-Policy and \
                Cross-Origin-Embedder-Policy), so it cannot share memory with threads and does all the work itself.";
    }
    "This browser starts no thread that shares memory with the page, so the page does all the work itself."
}

/// Draws at every frame what happens to a job, until it is dropped.
struct Watch(Rc<Cell<bool>>);

impl Watch {
    fn begin(page: &Rc<Page>, job: &Arc<Job>) -> Self {
        let goes_on = Rc::new(Cell::new(true));
        let watch = Watch(goes_on.clone());
        let (page, job) = (page.clone(), job.clone());
        spawn_local(async move {
            while goes_on.get() {
                let drawn = page.show(&job.board, false);
                if drawn.is_err() || dom::next_frame().await.is_err() {
                    return dom::report(drawn);
                }
            }
        });
        watch
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
