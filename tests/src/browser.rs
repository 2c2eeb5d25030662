//! One headless Chromium for all tests, driven through chromedriver's WebDriver protocol.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::transcript::{Event, Transcript};

/// How long a page may run before it counts as hung.
const LIMIT: Duration = Duration::from_secs(60);

/// How often a page is asked how far it is.
const PAUSE: Duration = Duration::from_millis(25);

/// What keeps Chromium quiet and apart from everything else on the machine.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1200,900",
];

/// A browser session; dropping it ends the browser and its driver.
pub struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
    /// Keeps the profile's folder until the browser has ended.
    _profile: TempDir,
}

impl Browser {
    /// Starts chromedriver on a free port and a browser with a fresh profile.
    ///
    /// # Errors
    /// When either is missing or does not start.
    pub fn start() -> Result<Browser> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver could not be started; `./tests/run` installs it")?;
        let stdout = driver.stdout.take().context("chromedriver has no output")?;
        let port = announced_port(BufReader::new(stdout))?;
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(LIMIT))
            .build()
            .new_agent();
        let profile = tempfile::tempdir()?;
        let mut browser = Browser {
            driver,
            session: format!("http://127.0.0.1:{port}/session"),
            agent,
            _profile: profile,
        };
        let mut flags: Vec<String> = FLAGS.iter().map(|flag| flag.to_string()).collect();
        flags.push(format!(
            "--user-data-dir={}",
            browser._profile.path().display()
        ));
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let answer = browser.post("", capabilities)?;
        let id = answer["sessionId"]
            .as_str()
            .context("the session has no id")?;
        browser.session = format!("{}/{id}", browser.session);
        Ok(browser)
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

    /// Waits until an expression is true in the page.
    ///
    /// # Errors
    /// When it is not within the limit, with the page's text.
    pub fn wait_for(&self, expression: &str) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        while self.execute(&format!("return Boolean({expression})"))? != Value::Bool(true) {
            if Instant::now() > deadline {
                let text = self.execute("return document.body.innerText")?;
                bail!("`{expression}` did not become true; the page shows\n{text}");
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// What the page wrote to the console since the last call: level and text.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn console(&self) -> Result<Vec<(String, String)>> {
        let answer = self.post("/se/log", json!({ "type": "browser" }))?;
        let entries = answer.as_array().context("the log is no list")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        Ok(entries
            .iter()
            .map(|entry| (text(&entry["level"]), text(&entry["message"])))
            .collect())
    }

    /// Opens the page of a fixture and returns what the program told.
    ///
    /// # Errors
    /// When the program hangs, with the transcript so far and the console.
    pub fn run(&self, url: &str) -> Result<Transcript> {
        self.open(url)?;
        let deadline = Instant::now() + LIMIT;
        loop {
            let events = self.execute("return window.events ?? []")?;
            let transcript = Transcript {
                events: serde_json::from_value::<Vec<Event>>(events)?,
            };
            if transcript.has_ended() {
                return Ok(transcript);
            }
            if Instant::now() > deadline {
                let console = self.console()?;
                bail!(
                    "the program did not end in Chromium; so far it said\n{transcript}\n  console: {console:?}"
                );
            }
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
            bail!("{error}: {}", value["message"].as_str().unwrap_or_default());
        }
        Ok(value)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.agent.delete(&self.session).call().ok();
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

/// Reads the line in which chromedriver says its port, and leaves a thread to swallow the rest.
fn announced_port(mut output: impl BufRead + Send + 'static) -> Result<u16> {
    loop {
        let mut line = String::new();
        if output.read_line(&mut line)? == 0 {
            bail!("chromedriver ended before it said its port");
        }
        if let Some((_, port)) = line
            .trim_end()
            .trim_end_matches('.')
            .rsplit_once("successfully on port ")
            && let Ok(port) = port.parse()
        {
            thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
            return Ok(port);
        }
    }
}

/// A browser that tests take turns with; it is started by the first that wants it.
#[derive(Default)]
pub struct SharedBrowser {
    browser: Mutex<Option<Browser>>,
}

impl SharedBrowser {
    /// Waits for the browser and does something with it alone.
    ///
    /// # Errors
    /// When the browser does not start, or what the function returns.
    pub fn with<T>(&self, act: impl FnOnce(&Browser) -> Result<T>) -> Result<T> {
        let mut browser = self.lock();
        let browser = match &mut *browser {
            Some(browser) => browser,
            empty => empty.insert(Browser::start()?),
        };
        act(browser)
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
