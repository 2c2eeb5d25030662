//! The example `hello`: its page works, and the chunk is fetched when the button is clicked.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use wasm_cleave_tests::browser::{Browser, Engine};
use wasm_cleave_tests::cargo::{command_line_tool, repository};
use wasm_cleave_tests::server::Server;

#[test]
fn the_greeting_comes_with_the_first_click() -> Result<()> {
    let out_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hello");
    let status = Command::new(command_line_tool()?)
        .current_dir(repository())
        .args(["build", "examples/hello", "--out-dir"])
        .arg(&out_dir)
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "the build failed");

    let server = Server::start(&out_dir)?;
    let browser = Browser::start(Engine::Chromium)?;
    browser.open(&server.url(""))?;
    browser.wait_for("!document.querySelector('button').disabled")?;
    let is_chunk = |path: &String| path.starts_with("/hello-greeting-");
    ensure!(!server.requested_before("never").iter().any(is_chunk));
    browser.execute("document.querySelector('button').click()")?;
    browser.wait_for("document.querySelector('p').textContent.startsWith('Hello, world!')")?;
    ensure!(server.requested_before("never").iter().any(is_chunk));
    Ok(())
}
