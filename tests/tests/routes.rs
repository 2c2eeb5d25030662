//! The example `routes`, built as a user builds it and clicked through in Chromium.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use wasm_cleave_tests::browser::{Browser, Engine};
use wasm_cleave_tests::cargo::{command_line_tool, repository};
use wasm_cleave_tests::server::{Fault, Server};

/// Main's share of the unsplit program, in brotli bytes, as the README says.
const MAIN_SHARE: f64 = 0.03;

/// All modules' share of the unsplit program, in bytes, as the README says.
const SUM_SHARE: f64 = 1.01;

const ROUTES: [&str; 5] = ["markdown", "pictures", "svg", "data", "charts"];

#[derive(Deserialize)]
struct Report {
    modules: Vec<Module>,
    splits: Vec<Split>,
    total: Sizes,
    unsplit: Sizes,
}

#[derive(Deserialize)]
struct Module {
    main: bool,
    #[serde(flatten)]
    sizes: Sizes,
}

#[derive(Deserialize)]
struct Split {
    name: String,
    files: Vec<String>,
}

#[derive(Clone, Copy, Deserialize)]
struct Sizes {
    bytes: f64,
    brotli: f64,
}

fn build() -> Result<(Report, PathBuf)> {
    let out_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("routes");
    let output = Command::new(command_line_tool()?)
        .current_dir(repository())
        .args([
            "build",
            "examples/routes",
            "--release",
            "--compare",
            "--json",
            "--out-dir",
        ])
        .arg(&out_dir)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "the build failed");
    let report = serde_json::from_slice(&output.stdout).context("`--json` is not as expected")?;
    Ok((report, out_dir))
}

#[test]
fn routes_is_small_and_loads_what_is_visited() -> Result<()> {
    let (report, out_dir) = build()?;
    sizes_are_within_bounds(&report)?;
    let server = Server::start(&out_dir)?;
    for engine in [Engine::Chromium, Engine::Firefox, Engine::WebKit] {
        the_page_asks_for_each_file_once(&server, engine).with_context(|| engine.to_string())?;
    }
    let browser = Browser::start(Engine::Chromium)?;
    every_route_loads_its_chunks(&report, &server, &browser)?;
    a_failed_load_can_be_tried_again(&server, &browser)
}

fn sizes_are_within_bounds(report: &Report) -> Result<()> {
    let main = report
        .modules
        .iter()
        .find(|module| module.main)
        .context("there is no main")?;
    let main = main.sizes.brotli / report.unsplit.brotli;
    let sum = report.total.bytes / report.unsplit.bytes;
    println!(
        "main is {:.2} % of the brotli bytes, all are {:.2} % of the bytes",
        main * 100.0,
        sum * 100.0
    );
    ensure!(
        main <= MAIN_SHARE,
        "main has {main:.3} of the unsplit program's brotli bytes"
    );
    ensure!(
        sum <= SUM_SHARE,
        "the modules together have {sum:.3} of the unsplit program's bytes"
    );
    Ok(())
}

/// The page's links are for the very requests that the program makes.
fn the_page_asks_for_each_file_once(server: &Server, engine: Engine) -> Result<()> {
    let page = server.url("");
    let html = ureq::get(&page).call()?.body_mut().read_to_string()?;
    server.reset();
    let browser = Browser::start(engine)?;
    browser.open(&page)?;
    browser.wait_for("document.querySelector('#arrived li')")?;
    let requested = server.requested_before("never");
    for file in ["routes.js", "routes.cleave.js", "routes_bg.wasm"] {
        ensure!(
            html.contains(&format!("href=\"{file}\""))
                || html.contains(&format!("href=\"./{file}\"")),
            "the page has no link to `{file}`: {html}"
        );
        let times = requested.iter().filter(|path| path[1..] == *file).count();
        ensure!(
            times == 1,
            "`{file}` is fetched {times} times: {requested:?}"
        );
    }
    Ok(())
}

fn every_route_loads_its_chunks(report: &Report, server: &Server, browser: &Browser) -> Result<()> {
    server.reset();
    browser.open(&server.url(""))?;
    browser.wait_for("document.querySelector('#arrived li')")?;
    ensure!(
        chunks_requested(server).is_empty(),
        "chunks are fetched before a route is opened"
    );
    let mut expected = BTreeSet::new();
    for route in ROUTES {
        let split = report.splits.iter().find(|split| split.name == route);
        let split = split.with_context(|| format!("`{route}` is no split"))?;
        ensure!(!split.files.is_empty(), "`{route}` has no chunk");
        expected.extend(split.files.iter().cloned());
        visit(browser, route)?;
        let requested = chunks_requested(server);
        ensure!(
            requested == expected,
            "after `{route}`: {requested:?}, not {expected:?}"
        );
    }
    for (level, message) in browser.console()?.context("Chromium has a console")? {
        ensure!(level != "SEVERE", "the console says: {message}");
    }
    Ok(())
}

fn a_failed_load_can_be_tried_again(server: &Server, browser: &Browser) -> Result<()> {
    server.reset();
    browser.open("about:blank")?;
    browser.open(&server.url(""))?;
    browser.wait_for("document.querySelector('#arrived li')")?;
    server.fail(Fault::Missing, u32::MAX);
    browser.execute("document.querySelector(\"nav a[href='#/data']\").click()")?;
    browser.wait_for("document.querySelector('#view .failure')")?;
    server.reset();
    browser.execute("document.querySelector('#view [data-act=retry]').click()")?;
    browser.wait_for("document.querySelector('#view .route')?.childElementCount > 0")
}

fn visit(browser: &Browser, route: &str) -> Result<()> {
    browser.execute(&format!(
        "document.querySelector(\"nav a[href='#/{route}']\").click()"
    ))?;
    browser
        .wait_for("document.querySelector('#view .route')?.childElementCount > 0")
        .with_context(|| format!("`{route}` does not open"))?;
    let text = browser.execute("return document.querySelector('#view').innerText")?;
    let text = text.as_str().unwrap_or_default();
    ensure!(text.len() > 40, "`{route}` shows only {text:?}");
    Ok(())
}

fn chunks_requested(server: &Server) -> BTreeSet<String> {
    let requested = server.requested_before("never").into_iter();
    requested
        .filter_map(|path| path.strip_prefix('/').map(str::to_string))
        .filter(|file| file.ends_with(".wasm") && !file.ends_with("_bg.wasm"))
        .collect()
}
