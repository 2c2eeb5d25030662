//! The three engines: which driver starts each, and what keeps it apart from everything else on the machine.

use std::fmt;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::processes::Processes;

/// What keeps Chromium quiet and apart.
const CHROMIUM_FLAGS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
    "--window-size=1200,900",
];

/// Services of Firefox that would ask the network, beside those that geckodriver turns off.
const FIREFOX_OFF: [&str; 6] = [
    "app.normandy.enabled",
    "browser.safebrowsing.downloads.enabled",
    "browser.safebrowsing.malware.enabled",
    "browser.safebrowsing.phishing.enabled",
    "network.captive-portal-service.enabled",
    "network.connectivity-service.enabled",
];

/// Which engine a browser has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, headless.
    Chromium,
    /// Firefox, headless.
    Firefox,
    /// WebKitGTK's MiniBrowser on a display that nobody sees.
    WebKit,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Engine::Chromium => "Chromium",
            Engine::Firefox => "Firefox",
            Engine::WebKit => "WebKit",
        })
    }
}

impl Engine {
    /// Whether the driver hands over what pages write to the console.
    pub fn has_console(self) -> bool {
        self == Engine::Chromium
    }

    /// Starts the driver, with its files in a folder, and returns its port and what a session has to ask for.
    pub(super) fn start(self, processes: &mut Processes, folder: &Path) -> Result<(u16, Value)> {
        match self {
            Engine::Chromium => chromium(processes, folder),
            Engine::Firefox => firefox(processes, folder),
            Engine::WebKit => webkit(processes, folder),
        }
    }
}

fn chromium(processes: &mut Processes, folder: &Path) -> Result<(u16, Value)> {
    let mut driver = Command::new("chromedriver");
    let port = processes.start_announced(driver.arg("--port=0"), "successfully on port ")?;
    let mut flags: Vec<String> = CHROMIUM_FLAGS.iter().map(|flag| flag.to_string()).collect();
    flags.push(format!("--user-data-dir={}", folder.display()));
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "args": flags },
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    Ok((port, capabilities))
}

fn firefox(processes: &mut Processes, folder: &Path) -> Result<(u16, Value)> {
    let mut driver = Command::new("geckodriver");
    driver
        .args(["--port", "0", "--websocket-port", "0", "--profile-root"])
        .arg(folder);
    let port = processes.start_announced(&mut driver, "Listening on 127.0.0.1:")?;
    let off = FIREFOX_OFF.map(|name| (name.to_string(), Value::Bool(false)));
    let preferences: serde_json::Map<String, Value> = off.into_iter().collect();
    let capabilities = json!({
        "browserName": "firefox",
        "moz:firefoxOptions": { "args": ["-headless"], "prefs": preferences },
    });
    Ok((port, capabilities))
}

fn webkit(processes: &mut Processes, folder: &Path) -> Result<(u16, Value)> {
    let browser = mini_browser()?;
    let mut display = Command::new("Xvfb");
    display.args(["-displayfd", "1", "-screen", "0", "1200x900x24"]);
    display.args(["-nolisten", "tcp"]);
    let display = processes.start_announced(&mut display, "")?;
    // This driver takes port 0 too, but tells nobody which one it has.
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let mut driver = Command::new("WebKitWebDriver");
    driver
        .arg(format!("--port={port}"))
        .env("DISPLAY", format!(":{display}"))
        .env("GDK_BACKEND", "x11")
        // Without it, memory cannot be shared in any page.
        .env("JSC_useSharedArrayBuffer", "1");
    for kind in ["CACHE", "CONFIG", "DATA"] {
        driver.env(format!("XDG_{kind}_HOME"), folder.join(kind));
    }
    processes.start(&mut driver)?;
    let capabilities = json!({
        "webkitgtk:browserOptions": { "binary": browser, "args": ["--automation"] },
    });
    Ok((port, capabilities))
}

/// MiniBrowser lies in a folder of the library, whose name has the machine and a version.
fn mini_browser() -> Result<PathBuf> {
    let folders = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let machines = folders(Path::new("/usr/lib")).map(|machine| machine.path());
    let libraries = machines.flat_map(|machine| folders(&machine).collect::<Vec<_>>());
    let found = libraries
        .filter(|library| library.file_name().to_string_lossy().starts_with("webkit"))
        .map(|library| library.path().join("MiniBrowser"))
        .filter(|file| file.exists());
    found
        .max()
        .context("WebKit's MiniBrowser is not below /usr/lib; `./tests/run` installs it")
}
