//! The example `audio-worklet`, built as a user builds it and played in the three engines.
//!
//! Firefox has no sound in real time without a device. There a thread decodes the piece, and the page says that there
//! is no sound.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result, anyhow, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_cleave_tests::browser::{Browser, Engine, despite_crashes};
use wasm_cleave_tests::cargo::build_example;
use wasm_cleave_tests::server::Server;

/// The effects, in the order in which the test puts them in.
const EFFECTS: [&str; 5] = ["equaliser", "compressor", "reverb", "pitch", "synth"];

/// The folder of the program, built once.
static SITE: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    build_example(Path::new(env!("CARGO_TARGET_TMPDIR")), "audio-worklet")
        .map_err(|error| format!("{error:#}"))
});

/// What the page shows of the audio thread.
#[derive(Debug, Deserialize)]
struct Shown {
    /// The place in the piece, of 1000.
    position: u32,
    late_links: String,
    allocations: String,
    notice: String,
    rack: Vec<String>,
}

/// One chunk in the page's table.
#[derive(Debug, Deserialize)]
struct Chunk {
    splits: Vec<String>,
    /// Whether it has been fetched, has been compiled, and is linked on the page and on the audio thread.
    steps: [bool; 4],
}

/// What all threads together have done with a chunk.
#[derive(Debug, Deserialize)]
struct Counters {
    fetches: u32,
    compilations: u32,
    instantiations: u32,
}

/// The page of the example.
struct Page {
    browser: Browser,
    server: Server,
}

impl Page {
    /// Opens it, and returns when the piece has been decoded.
    fn open(engine: Engine) -> Result<Self> {
        let site = SITE.as_ref().map_err(|error| anyhow!("{error}"))?;
        let page = Page {
            server: Server::start(site)?,
            browser: Browser::start(engine)?,
        };
        page.browser.open(&page.server.url(""))?;
        page.browser
            .wait_for("!document.querySelector('#play').disabled")?;
        Ok(page)
    }

    fn play(&self) -> Result<()> {
        // A real click: engines allow no sound before.
        self.browser.click("#play")?;
        self.browser
            .wait_for("!document.querySelector('[data-add=synth]').disabled")
            .context("there is no sound")?;
        self.plays_on()
    }

    /// Puts an effect in, which plays from then on.
    fn add(&self, effect: &str) -> Result<()> {
        let count = self.shown()?.rack.len();
        self.press(&format!("[data-add={effect}]"))?;
        self.browser.wait_for(&format!(
            "document.querySelectorAll('.unit').length > {count}"
        ))?;
        self.plays_on()
    }

    fn press(&self, selector: &str) -> Result<()> {
        self.browser
            .execute(&format!("document.querySelector('{selector}').click()"))?;
        Ok(())
    }

    /// The piece goes on and is heard, and nothing has happened on the audio thread that should not.
    fn plays_on(&self) -> Result<()> {
        let before = self.shown()?.position;
        self.browser
            .wait_for(&format!(
                "document.querySelector('#seek').value != {before} &&
                 document.querySelector('#level-left').style.getPropertyValue('--level') > 0"
            ))
            .context("it does not play on")?;
        let shown = self.shown()?;
        ensure!(
            shown.late_links == "0" && shown.allocations == "0" && shown.notice.is_empty(),
            "{shown:?}"
        );
        Ok(())
    }

    fn shown(&self) -> Result<Shown> {
        self.read(
            "{
               position: document.querySelector('#seek').valueAsNumber,
               late_links: document.querySelector('#links').innerText,
               allocations: document.querySelector('#allocations').innerText,
               notice: document.querySelector('#notice').innerText,
               rack: [...document.querySelectorAll('.unit')].map(unit => unit.dataset.kind),
             }",
        )
    }

    /// The chunks that an effect needs.
    fn chunks_of(&self, effect: &str) -> Result<Vec<Chunk>> {
        let chunks: Vec<Chunk> = self.read(
            "[...document.querySelectorAll('#chunks tr')].map(row => ({
               splits: row.querySelector('b').innerText.split(' + '),
               steps: [...row.querySelectorAll('td')].map(cell => cell.innerText !== '–'),
             }))",
        )?;
        let chunks: Vec<Chunk> = chunks
            .into_iter()
            .filter(|chunk| chunk.splits.iter().any(|split| split == effect))
            .collect();
        ensure!(!chunks.is_empty(), "`{effect}` needs no chunk");
        Ok(chunks)
    }

    /// The counters of all chunks, which the glue exports.
    fn counters(&self) -> Result<Vec<Counters>> {
        self.browser.execute(
            "import('./audio_worklet.js').then(glue => (window.counters = glue.chunkCounters()))",
        )?;
        self.browser.wait_for("window.counters")?;
        self.read("window.counters")
    }

    fn read<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        let value = self.browser.execute(&format!("return {expression}"))?;
        Ok(serde_json::from_value(value)?)
    }

    fn expect_rack(&self, rack: &[&str]) -> Result<()> {
        let shown = self.shown()?.rack;
        ensure!(shown == rack, "the rack is {shown:?}, not {rack:?}");
        self.plays_on()
    }

    fn chunks_requested(&self) -> Vec<String> {
        let requested = self.server.requested_before("never").into_iter();
        requested
            .filter(|file| file.ends_with(".wasm") && !file.ends_with("_bg.wasm"))
            .collect()
    }
}

fn effects_come_while_it_plays(page: &Page) -> Result<()> {
    let mut with_own_chunk = 0;
    for effect in EFFECTS {
        for chunk in page.chunks_of(effect)? {
            let is_own = chunk.splits.len() == 1;
            with_own_chunk += u32::from(is_own);
            ensure!(
                !(is_own && chunk.steps[3]),
                "`{effect}` is there before it is put in"
            );
        }
        page.add(effect)?;
        for chunk in page.chunks_of(effect)? {
            ensure!(chunk.steps == [true; 4], "{chunk:?}");
        }
    }
    ensure!(
        with_own_chunk >= 3,
        "{with_own_chunk} effects have a chunk of their own"
    );
    page.expect_rack(&EFFECTS)?;
    // A second one of a kind costs no request.
    let before = page.chunks_requested();
    page.add("reverb")?;
    let requested = page.chunks_requested();
    ensure!(requested == before, "{before:?} became {requested:?}");
    each_chunk_came_once(page, &requested)
}

fn each_chunk_came_once(page: &Page, requested: &[String]) -> Result<()> {
    let counters = page.counters()?;
    for chunk in &counters {
        ensure!(
            (chunk.fetches, chunk.compilations) == (1, 1) && chunk.instantiations > 1,
            "{counters:#?}"
        );
    }
    let different: BTreeSet<_> = requested.iter().collect();
    ensure!(
        requested.len() == counters.len() && different.len() == counters.len(),
        "{} chunks, but these requests: {requested:?}",
        counters.len()
    );
    Ok(())
}

fn effects_are_moved_and_taken_out(page: &Page) -> Result<()> {
    page.press("[data-kind=equaliser] .later")?;
    page.expect_rack(&[
        "compressor",
        "equaliser",
        "reverb",
        "pitch",
        "synth",
        "reverb",
    ])?;
    page.press(".unit:last-child .earlier")?;
    page.expect_rack(&[
        "compressor",
        "equaliser",
        "reverb",
        "pitch",
        "reverb",
        "synth",
    ])?;
    page.press("[data-kind=compressor] .power")?;
    page.plays_on()?;
    for left in (0..=EFFECTS.len()).rev() {
        page.press(".unit .remove")?;
        page.plays_on()?;
        ensure!(page.shown()?.rack.len() == left);
    }
    Ok(())
}

#[test]
fn audio_example_plays_in_chromium() -> Result<()> {
    let page = Page::open(Engine::Chromium)?;
    page.play()?;
    effects_come_while_it_plays(&page)?;
    effects_are_moved_and_taken_out(&page)?;
    let messages = page.browser.console()?.context("Chromium has a console")?;
    let severe = messages.iter().find(|(level, _)| level == "SEVERE");
    ensure!(severe.is_none(), "the console says {severe:?}");
    Ok(())
}

#[test]
fn audio_example_plays_in_webkit() -> Result<()> {
    despite_crashes(|| {
        let page = Page::open(Engine::WebKit)?;
        page.play()?;
        effects_come_while_it_plays(&page)?;
        effects_are_moved_and_taken_out(&page)
    })
}

#[test]
fn audio_example_tells_of_silence_in_firefox() -> Result<()> {
    let page = Page::open(Engine::Firefox)?;
    let shown: String = page.read("document.querySelector('#clock').innerText")?;
    ensure!(shown == "0:00 / 0:28", "the page shows {shown:?}");
    for chunk in page.chunks_of("decode")? {
        ensure!(chunk.steps == [true, true, true, false], "{chunk:?}");
    }
    page.browser.click("#play")?;
    page.browser
        .wait_for("document.querySelector('#notice').innerText.includes('no sound')")
}
