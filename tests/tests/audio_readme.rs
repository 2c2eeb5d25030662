//! README.md's program for the audio thread is a real one: it stands in `tests/threads/shortest`, and plays.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_cleave_splitter::Target;
use wasm_cleave_tests::browser::{Browser, Engine};
use wasm_cleave_tests::cargo::repository;
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::threads;

/// How often the only chunk was fetched, compiled, and linked: with the page and with the audio thread.
const COUNTS: &str = "return import('./app.js').then(({ chunkCounters }) =>
    chunkCounters().map((it) => `${it.fetches} ${it.compilations} ${it.instantiations} ${it.stubHits}`).join())";

/// A page that allows neither inline scripts, nor `eval`, nor scripts made of strings.
const STRICT: &str = r#"<!doctype html>
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; script-src 'self' 'wasm-unsafe-eval'">
<script type="module" src="strict.js"></script>
"#;

const STRICT_SCRIPT: &str = "
import init, { run } from './app.js';
addEventListener('securitypolicyviolation', (event) => (window.violation = event.violatedDirective));
await init();
await run();
window.ended = true;
";

#[test]
fn audio_program_of_the_readme_plays() -> Result<()> {
    let program = fs::read_to_string(repository().join("tests/threads/shortest/src/lib.rs"))?;
    let readme = fs::read_to_string(repository().join("README.md"))?;
    let (_, section) = readme
        .split_once("\n### Audio\n")
        .context("no such section")?;
    let (_, shown) = section
        .split_once("```rust\n")
        .context("it shows no program")?;
    ensure!(
        shown.starts_with(&format!("{program}```")),
        "it does not show tests/threads/shortest/src/lib.rs"
    );
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let linked = &threads::build(scratch, &["shortest"])?["shortest"];
    let site = scratch.join("shortest");
    prepare(linked, &site.join("split"), Shape::Split, Target::Web)?;
    let server = Server::start(&site)?;
    let browser = Browser::start(Engine::Chromium)?;
    let transcript = browser.run(&server.url("split/"))?;
    ensure!(
        transcript.to_string().contains("(end: ok)"),
        "it says\n{transcript}"
    );
    let counts = browser.execute(COUNTS)?;
    ensure!(counts == "1 1 2 0", "{counts}");

    fs::write(site.join("split/strict.html"), STRICT)?;
    fs::write(site.join("split/strict.js"), STRICT_SCRIPT)?;
    browser.open(&server.url("split/strict.html"))?;
    browser.wait_for("window.ended")?;
    let counts = browser.execute(COUNTS)?;
    ensure!(counts == "1 1 2 0", "{counts}");
    let violation = browser.execute("return window.violation ?? null")?;
    ensure!(violation.is_null(), "{violation}");
    Ok(())
}
