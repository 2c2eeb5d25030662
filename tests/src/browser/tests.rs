//! What every engine must be able to do before a program with threads can run in it, and that it leaves nothing behind.

use std::fs;
use std::thread;

use anyhow::{Result, ensure};
use serde_json::json;

use super::processes::{self, Process};
use super::{Browser, Crash, Engine, PAUSE, despite_crashes};
use crate::server::Server;

const PAGE: &str = "<!doctype html><link rel=icon href=data:,><script>
    addEventListener('error', ({ message }) => (window.answer = message));
    const memory = new WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 });
    const worker = new Worker('worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => (window.answer = [data, new Int32Array(memory.buffer)[1]]);
    worker.onerror = ({ message }) => (window.answer = message);
    worker.postMessage(memory);
    // The worker wakes when the page has told it to, which it does by memory alone.
    const wake = () => (window.answer ? 0 : (Atomics.notify(new Int32Array(memory.buffer), 0), setTimeout(wake, 5)));
    wake();
</script>";

const WORKER: &str = "onmessage = ({ data: memory }) => {
    const words = new Int32Array(memory.buffer);
    Atomics.store(words, 1, 42);
    postMessage([memory instanceof WebAssembly.Memory, Atomics.wait(words, 0, 0, 20000)]);
};";

/// Memory goes to a worker, which blocks on it and is woken; then the browser goes away.
fn share_memory(engine: Engine) -> Result<()> {
    let site = tempfile::tempdir()?;
    fs::write(site.path().join("index.html"), PAGE)?;
    fs::write(site.path().join("worker.js"), WORKER)?;
    let server = Server::start(site.path())?;
    let mut browser = Browser::start(engine)?;
    browser.open(&server.url(""))?;
    browser.wait_for("window.answer")?;
    let isolated = browser.execute("return crossOriginIsolated")?;
    ensure!(isolated == json!(true), "isolated: {isolated}");
    let answer = browser.execute("return answer")?;
    ensure!(
        answer == json!([[true, "ok"], 42]),
        "the page says {answer}"
    );

    let before: Vec<(Process, String)> = browser.processes.alive().into_iter().collect();
    ensure!(before.len() >= 3, "only {before:?} belong to the browser");
    browser.end();
    let after = processes::all();
    let left = before
        .iter()
        .filter(|(process, _)| after.contains_key(process));
    let left: Vec<&String> = left.map(|(_, name)| name).collect();
    ensure!(left.is_empty(), "{left:?} are left");
    let alive = browser.processes.alive();
    ensure!(alive.is_empty(), "{alive:?} are left");
    Ok(())
}

#[test]
fn threads_share_memory_in_chromium() -> Result<()> {
    share_memory(Engine::Chromium)
}

#[test]
fn threads_share_memory_in_firefox() -> Result<()> {
    share_memory(Engine::Firefox)
}

#[test]
fn threads_share_memory_in_webkit() -> Result<()> {
    share_memory(Engine::WebKit)
}

/// The processes of WebKit that run pages.
fn web_processes(browser: &Browser) -> Vec<Process> {
    let all = browser.processes.alive().into_iter();
    let ours = all.filter(|(_, name)| name.starts_with("WebKitWebProc"));
    ours.map(|(process, _)| process).collect()
}

#[test]
fn a_crash_of_webkit_is_told_from_a_mistake() -> Result<()> {
    let site = tempfile::tempdir()?;
    fs::write(site.path().join("index.html"), "<!doctype html>")?;
    let server = Server::start(site.path())?;
    let mut times = 0;
    despite_crashes(|| {
        times += 1;
        let browser = Browser::start(Engine::WebKit)?;
        browser.open(&server.url(""))?;
        if times == 1 {
            web_processes(&browser).into_iter().for_each(Process::kill);
        }
        for _ in 0..20 {
            browser.execute("return 1")?;
            thread::sleep(PAUSE);
        }
        let error = browser.execute("throw new Error('no crash')").unwrap_err();
        ensure!(!error.is::<Crash>(), "{error:#}");
        Ok(())
    })?;
    ensure!(times == 2, "it ran {times} times");
    Ok(())
}
