//! The example `threads`, built as a user builds it and clicked through in the three engines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Result, anyhow, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_cleave_tests::browser::{Browser, Engine, despite_crashes};
use wasm_cleave_tests::cargo::build_example;
use wasm_cleave_tests::server::Server;

/// The threads of the first pool.
const THREADS: u32 = 3;

/// The splits that every picture goes through, and where each is first called: the page makes the filter's object.
const FIRST_USED: [(&str, &str); 4] = [
    ("decode", "thread"),
    ("resize", "thread"),
    ("overlay", "thread"),
    ("tone", "page"),
];

const PICTURES: &str = include_str!("../../examples/threads/static/pictures/list.tsv");

/// The folder of the program, built once.
static SITE: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    build_example(Path::new(env!("CARGO_TARGET_TMPDIR")), "threads")
        .map_err(|error| format!("{error:#}"))
});

/// A row of the table of chunks.
#[derive(Deserialize)]
struct Chunk {
    name: String,
    fetched: u32,
    compiled: u32,
    instantiated: u32,
    first: String,
}

/// The page of the example.
struct Page {
    browser: Browser,
}

impl Page {
    /// Works on all pictures with a pool of so many threads; a digest of every picture that comes out.
    fn run(&self, threads: u32) -> Result<Vec<u32>> {
        self.browser.execute(&format!(
            "document.querySelector('#threads').value = {threads};
             document.querySelector('#start').click()"
        ))?;
        self.browser
            .wait_for("!document.querySelector('#start').disabled")?;
        let unfinished: Vec<String> = self.read(
            "[...document.querySelectorAll('#gallery li:not([data-state=done])')].map(tile => tile.innerText)",
        )?;
        ensure!(unfinished.is_empty(), "not done: {unfinished:?}");
        self.digests()
    }

    /// The same where no Worker may be given the memory, as on a page that is not isolated.
    fn run_alone(&self) -> Result<Vec<u32>> {
        self.browser.execute(
            "Worker.prototype.postMessage = () => { throw new DOMException('', 'DataCloneError') }",
        )?;
        let digests = self.run(2)?;
        let workers = self.workers()?;
        ensure!(
            workers.iter().eq(["page"]),
            "{workers:?} have worked, not the page"
        );
        self.browser.wait_for(
            "document.querySelector('#notice').innerText.includes('all the work itself')",
        )?;
        Ok(digests)
    }

    /// FNV-1a of each picture's pixels.
    fn digests(&self) -> Result<Vec<u32>> {
        let digests: Vec<u32> = self.read(
            "[...document.querySelectorAll('#gallery canvas')].map(canvas => {
               const context = canvas.getContext('2d');
               const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
               return data.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5) >>> 0;
             })",
        )?;
        let different: BTreeSet<_> = digests.iter().collect();
        ensure!(
            different.len() == PICTURES.lines().count(),
            "{digests:?} are not the digests of {} pictures",
            PICTURES.lines().count()
        );
        Ok(digests)
    }

    /// The chunks that were used, as the page shows them.
    fn chunks(&self) -> Result<Vec<Chunk>> {
        let mut chunks: Vec<Chunk> = self.read(
            "[...document.querySelectorAll('#chunks tr')].map(row => {
               const [fetched, compiled, instantiated] =
                 [...row.querySelectorAll('td')].map(cell => Number(cell.innerText));
               const name = row.querySelector('b').innerText;
               return { name, fetched, compiled, instantiated, first: row.querySelector('.first').innerText };
             })",
        )?;
        chunks.retain(|chunk| chunk.instantiated > 0);
        Ok(chunks)
    }

    /// The names beside the lanes in which somebody has worked.
    fn workers(&self) -> Result<BTreeSet<String>> {
        self.read(
            "[...document.querySelectorAll('#lanes li:has(i)')].map(lane => lane.querySelector('.name').innerText)",
        )
    }

    fn read<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        let value = self.browser.execute(&format!("return {expression}"))?;
        Ok(serde_json::from_value(value)?)
    }
}

fn in_browser(engine: Engine) -> Result<()> {
    let site = SITE.as_ref().map_err(|error| anyhow!("{error}"))?;
    let server = Server::start(site)?;
    let page = Page {
        browser: Browser::start(engine)?,
    };
    page.browser.open(&server.url(""))?;
    page.browser
        .wait_for("!document.querySelector('#start').disabled")?;
    page.browser
        .execute("document.querySelector('[value=tone]').click()")?;
    let expected = page.run(THREADS)?;
    let first = page.chunks()?;
    a_pool_shares_chunks(&page, &first)?;

    ensure!(page.run(1)? == expected, "one thread makes other pictures");
    let second = page.chunks()?;
    a_later_thread_costs_nothing(&first, &second)?;
    each_file_was_requested_once(&server, second.len())?;

    ensure!(
        page.run_alone()? == expected,
        "the page makes other pictures"
    );
    if let Some(messages) = page.browser.console()? {
        let severe = messages.iter().find(|(level, _)| level == "SEVERE");
        ensure!(severe.is_none(), "the console says {severe:?}");
    }
    Ok(())
}

fn a_pool_shares_chunks(page: &Page, chunks: &[Chunk]) -> Result<()> {
    let workers = page.workers()?;
    ensure!(
        workers.len() > 1 && workers.iter().all(|name| name.starts_with("thread")),
        "only {workers:?} have worked"
    );
    for (name, first) in FIRST_USED {
        let needs = |chunk: &&Chunk| chunk.name.split(" + ").any(|split| split == name);
        let chunk = chunks.iter().find(needs);
        let user = chunk.map(|chunk| chunk.first.as_str());
        ensure!(
            user.is_some_and(|user| user.starts_with(first)),
            "`{name}` was first used by {user:?}"
        );
    }
    for chunk in chunks {
        let Chunk { name, compiled, .. } = chunk;
        ensure!(
            chunk.fetched == 1,
            "`{name}` was fetched {} times",
            chunk.fetched
        );
        // Nobody can hand a compiled module to a thread that is blocked. The filter's has come before the threads have.
        let most = match chunk.first.as_str() {
            "page" => 1,
            _ => 1 + THREADS,
        };
        ensure!(
            *compiled <= most,
            "`{name}` was compiled {compiled} times, not {most}"
        );
        ensure!(
            chunk.instantiated as usize >= workers.len(),
            "`{name}` has {} instances for {workers:?}",
            chunk.instantiated
        );
    }
    Ok(())
}

fn a_later_thread_costs_nothing(before: &[Chunk], after: &[Chunk]) -> Result<()> {
    ensure!(before.len() == after.len(), "there are other chunks");
    for (before, after) in before.iter().zip(after) {
        ensure!(
            (before.fetched, before.compiled) == (after.fetched, after.compiled),
            "`{}` was fetched or compiled again",
            after.name
        );
        ensure!(
            before.instantiated < after.instantiated,
            "the later thread has no `{}`",
            after.name
        );
    }
    Ok(())
}

fn each_file_was_requested_once(server: &Server, chunks: usize) -> Result<()> {
    let requested = server.requested_before("never").into_iter();
    let files: Vec<String> = requested
        .filter(|file| file.ends_with(".wasm") && !file.ends_with("_bg.wasm"))
        .collect();
    let different: BTreeSet<_> = files.iter().collect();
    ensure!(
        files.len() == chunks && different.len() == chunks,
        "{chunks} chunks, but these requests: {files:?}"
    );
    Ok(())
}

#[test]
fn threads_example_works_in_chromium() -> Result<()> {
    in_browser(Engine::Chromium)
}

#[test]
fn threads_example_works_in_firefox() -> Result<()> {
    in_browser(Engine::Firefox)
}

#[test]
fn threads_example_works_in_webkit() -> Result<()> {
    despite_crashes(|| in_browser(Engine::WebKit))
}
