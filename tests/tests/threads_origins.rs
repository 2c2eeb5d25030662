//! Pools that cannot have threads: they say why, and jobs run on the page only where memory cannot be shared.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use anyhow::{Result, ensure};
use wasm_cleave::contract::WORKER_FILE;
use wasm_cleave_cli::Target;
use wasm_cleave_tests::browser::{Browser, Engine, despite_crashes};
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::threads;

/// Makes the global pool twice, of a program that lies anywhere, and keeps the results and the warnings on the console.
const PAGE: &str = "<!doctype html><link rel=icon href=data:,>
<script type=module>
  const warnings = [];
  console.warn = (text) => warnings.push(text);
  const program = decodeURIComponent(location.search.slice(1));
  try {
    const { default: init, initThreadPool } = await import(program);
    await init();
    const attempt = () => initThreadPool(2).then((count) => `${count} threads`, (error) => error.message);
    window.said = [await attempt(), await attempt(), warnings.join(), `isolated: ${crossOriginIsolated}`];
  } catch (error) {
    window.said = [String(error)];
  }
</script>";

/// What the page says of a program.
fn said(browser: &Browser, page: &str, program: &str) -> Result<Vec<String>> {
    browser.open(&format!("{page}?{program}"))?;
    browser.wait_for("window.said")?;
    Ok(serde_json::from_value(
        browser.execute("return window.said")?,
    )?)
}

/// Serves the page without any header that would isolate it; the address.
fn serve_unisolated() -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = format!("http://{}/", listener.local_addr()?);
    let answer = |mut stream: TcpStream| -> Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        while lines
            .next()
            .transpose()?
            .is_some_and(|line| !line.is_empty())
        {}
        let length = PAGE.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{PAGE}"
        )?;
        Ok(())
    };
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A browser that asks for nothing is no error.
            answer(stream).ok();
        }
    });
    Ok(address)
}

fn in_browser(engine: Engine) -> Result<()> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let linked = &threads::build(scratch, &["room"])?["room"];
    let site = scratch.join("origins").join(engine.to_string());
    for name in ["whole", "broken"] {
        prepare(linked, &site.join(name), Shape::Whole, Target::Web)?;
    }
    fs::remove_file(site.join("broken").join(WORKER_FILE))?;
    fs::write(site.join("index.html"), PAGE)?;
    let (own, other) = (Server::start(&site)?, Server::start(&site)?);
    let unisolated = serve_unisolated()?;
    despite_crashes(|| {
        let browser = Browser::start(engine)?;

        let here = said(&browser, &own.url(""), &own.url("whole/app.js"))?;
        ensure!(here[0] == "2 threads" && here[2].is_empty(), "{here:?}");

        let elsewhere = said(&browser, &own.url(""), &other.url("whole/app.js"))?;
        for attempt in &elsewhere[..2] {
            ensure!(
                attempt.starts_with("cannot start a thread pool: ")
                    && attempt.contains(other.url("").trim_end_matches('/'))
                    && attempt.contains("the page's own origin"),
                "{elsewhere:?}"
            );
        }
        ensure!(elsewhere[2].is_empty(), "{elsewhere:?}");

        let broken = said(&browser, &own.url(""), &own.url("broken/app.js"))?;
        ensure!(
            broken[0].starts_with("cannot start a thread pool: thread `rayon ")
                && broken[0].contains("did not start: the Worker could not load its files")
                && broken[0].contains("help: deploy all files"),
            "{broken:?}"
        );

        let alone = said(&browser, &unisolated, &other.url("whole/app.js"))?;
        ensure!(
            alone[..2] == ["1 threads", "1 threads"] && alone[3] == "isolated: false",
            "{alone:?}"
        );
        ensure!(
            alone[2].matches("wasm-cleave: ").count() == 1
                && alone[2].contains("Cross-Origin-Opener-Policy"),
            "{alone:?}"
        );
        Ok(())
    })
}

#[test]
fn threads_or_a_reason_in_chromium() -> Result<()> {
    in_browser(Engine::Chromium)
}

#[test]
fn threads_or_a_reason_in_firefox() -> Result<()> {
    in_browser(Engine::Firefox)
}

#[test]
fn threads_or_a_reason_in_webkit() -> Result<()> {
    in_browser(Engine::WebKit)
}
