//! A browser of one of three engines, driven through the WebDriver protocol.

mod engine;
mod processes;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

pub use self::engine::Engine;
use self::processes::Processes;
use crate::patience::Patience;
use crate::transcript::{Event, Transcript};

/// How long a driver may take to start, and a page to load.
const LIMIT: Duration = Duration::from_secs(60);

/// How long one script may run.
const SCRIPT_LIMIT: Duration = Duration::from_secs(30);

/// How long an answer of the driver may take: longer than the driver's own limits, so that it can say what happened.
const ANSWER_LIMIT: Duration = Duration::from_secs(90);

/// How often a page is asked how far it is.
const PAUSE: Duration = Duration::from_millis(25);

/// What WebKit's driver says when a process of the engine has ended by itself.
const CRASHES: [&str; 2] = [
    "session deleted because of page crash",
    "Could not parse script result",
];

/// A process of WebKit has ended by itself, whatever the page did.
#[derive(Debug, thiserror::Error)]
#[error("WebKit has crashed: {0}")]
pub struct Crash(String);

/// Runs a test, and once more if WebKit crashes: version 2.50 of WebKitGTK does so in one of some hundred pages that
/// start many Workers.
///
/// # Errors
/// What the test returns.
pub fn despite_crashes<T>(mut test: impl FnMut() -> Result<T>) -> Result<T> {
    match test() {
        Err(error) if error.is::<Crash>() => {
            eprintln!("warning: {error:#}; once more");
            test()
        }
        result => result,
    }
}

/// A browser session; dropping it ends the browser, its driver, and all that they have started.
pub struct Browser {
    engine: Engine,
    processes: Processes,
    /// The address of the session, or of all sessions as long as there is none.
    session: String,
    agent: ureq::Agent,
    /// Keeps the profile's folder until the browser has ended.
    _profile: TempDir,
}

impl Browser {
    /// Starts an engine's driver on a free port and a browser with a fresh profile.
    ///
    /// # Errors
    /// When either is missing or does not start.
    pub fn start(engine: Engine) -> Result<Browser> {
        let profile = tempfile::tempdir()?;
        let mut processes = Processes::new();
        let (port, capabilities) = engine.start(&mut processes, profile.path())?;
        let mut browser = Browser {
            engine,
            processes,
            session: format!("http://127.0.0.1:{port}/session"),
            agent: ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(ANSWER_LIMIT))
                .build()
                .new_agent(),
            _profile: profile,
        };
        browser.wait_for_driver(port)?;
        browser
            .create_session(capabilities)
            .with_context(|| format!("{engine} does not start"))?;
        Ok(browser)
    }

    /// A driver that does not announce its port can be asked from some moment on.
    fn wait_for_driver(&mut self, port: u16) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        let status = format!("http://127.0.0.1:{port}/status");
        while self.agent.get(&status).call().is_err() {
            ensure!(
                self.processes.are_running() && Instant::now() < deadline,
                "the driver of {} does not answer on port {port}",
                self.engine
            );
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn create_session(&mut self, mut capabilities: Value) -> Result<()> {
        capabilities["timeouts"] = json!({
            "script": SCRIPT_LIMIT.as_millis(),
            "pageLoad": LIMIT.as_millis(),
        });
        let answer = self.post(
            "",
            json!({ "capabilities": { "alwaysMatch": capabilities } }),
        )?;
        let id = answer["sessionId"]
            .as_str()
            .context("the session has no id")?;
        self.session = format!("{}/{id}", self.session);
        Ok(())
    }

    /// Which engine it has.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Opens a page and returns once it has loaded.
    ///
    /// # Errors
    /// When the browser cannot open it.
    pub fn open(&self, url: &str) -> Result<()> {
        self.post("/url", json!({ "url": url })).map(drop)
    }

    /// Runs the body of a function in the page and returns its value.
    ///
    /// # Errors
    /// When the script throws or the browser is gone.
    pub fn execute(&self, script: &str) -> Result<Value> {
        self.post("/execute/sync", json!({ "script": script, "args": [] }))
    }

    /// Clicks the middle of the element that a selector finds first, as a user does.
    ///
    /// # Errors
    /// When there is none, or it cannot be clicked.
    pub fn click(&self, selector: &str) -> Result<()> {
        let query = json!({ "using": "css selector", "value": selector });
        let found = self.post("/element", query)?;
        let id = found
            .as_object()
            .and_then(|found| found.values().next()?.as_str());
        let id = id.context("the element has no id")?;
        self.post(&format!("/element/{id}/click"), json!({}))
            .map(drop)
    }

    /// Waits until an expression is true in the page.
    ///
    /// # Errors
    /// When the page's text does not change any more and it is still false, with that text.
    pub fn wait_for(&self, expression: &str) -> Result<()> {
        let mut patience = Patience::new();
        let script = format!("return [Boolean({expression}), document.body?.innerText ?? '']");
        loop {
            let [is_true, text] = serde_json::from_value::<[Value; 2]>(self.execute(&script)?)?;
            if is_true == Value::Bool(true) {
                return Ok(());
            }
            if patience.is_over() {
                bail!("`{expression}` did not become true; the page shows\n{text}");
            }
            patience.note(text);
            thread::sleep(PAUSE);
        }
    }

    /// What the page wrote to the console since the last call, level and text; `None` where
    /// [the driver does not say](Engine::has_console).
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn console(&self) -> Result<Option<Vec<(String, String)>>> {
        if !self.engine.has_console() {
            return Ok(None);
        }
        let answer = self.post("/se/log", json!({ "type": "browser" }))?;
        let entries = answer.as_array().context("the log is no list")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let lines = entries
            .iter()
            .map(|entry| (text(&entry["level"]), text(&entry["message"])));
        Ok(Some(lines.collect()))
    }

    /// Opens the page of a fixture and returns what the program reported.
    ///
    /// # Errors
    /// When the program hangs, with the transcript so far and the console.
    pub fn run(&self, url: &str) -> Result<Transcript> {
        self.open(url)?;
        let mut patience = Patience::new();
        loop {
            let events = self.execute("return window.events ?? []")?;
            let transcript = Transcript {
                events: serde_json::from_value::<Vec<Event>>(events)?,
            };
            if transcript.has_ended() {
                return Ok(transcript);
            }
            if patience.is_over() {
                let console = self.console()?;
                let engine = self.engine;
                bail!(
                    "the program did not end in {engine}; so far it said\n{transcript}\n  console: {console:?}"
                );
            }
            patience.note(transcript.events.len());
            thread::sleep(PAUSE);
        }
    }

    fn post(&self, path: &str, body: Value) -> Result<Value> {
        let url = format!("{}{path}", self.session);
        let mut answer: Value = self
            .agent
            .post(&url)
            .send_json(&body)?
            .body_mut()
            .read_json()?;
        let value = answer["value"].take();
        if let Some(error) = value.get("error").and_then(Value::as_str) {
            let message = value["message"].as_str().unwrap_or_default();
            if self.engine == Engine::WebKit && CRASHES.iter().any(|crash| message.contains(crash))
            {
                return Err(Crash(message.to_string()).into());
            }
            bail!("{error}: {message}");
        }
        Ok(value)
    }

    fn end(&mut self) {
        let (agent, session) = (&self.agent, &self.session);
        self.processes.end(|| {
            agent.delete(session).call().ok();
        });
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.end();
    }
}

/// A browser that tests take turns with; it is started by the first that wants it.
pub struct SharedBrowser {
    engine: Engine,
    browser: Mutex<Option<Browser>>,
}

impl SharedBrowser {
    /// One with this engine.
    pub fn new(engine: Engine) -> Self {
        SharedBrowser {
            engine,
            browser: Mutex::new(None),
        }
    }

    /// Waits for the browser and does something with it alone.
    ///
    /// # Errors
    /// When the browser does not start, or what the function returns.
    pub fn with<T>(&self, act: impl Fn(&Browser) -> Result<T>) -> Result<T> {
        let mut place = self.lock();
        despite_crashes(|| {
            let browser = match &mut *place {
                Some(browser) => browser,
                empty => empty.insert(Browser::start(self.engine)?),
            };
            let result = act(browser);
            if result.as_ref().is_err_and(|error| error.is::<Crash>()) {
                *place = None;
            }
            result
        })
    }

    /// Ends the browser where there is one.
    pub fn close(&self) {
        self.lock().take();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Browser>> {
        self.browser
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
