//! What README.md promises: its commands are run as they stand there, and the messages it explains exist.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;
use wasm_cleave_tests::browser::{Browser, Engine};
use wasm_cleave_tests::cargo::{cargo, repository};

fn readme() -> Result<String> {
    Ok(fs::read_to_string(repository().join("README.md"))?)
}

/// The lines of all `sh` blocks.
fn commands(text: &str) -> Vec<&str> {
    let blocks = text.split("```sh\n").skip(1);
    blocks
        .filter_map(|block| block.split_once("```"))
        .flat_map(|(block, _)| block.lines())
        .collect()
}

#[test]
fn the_first_command_builds_and_serves_the_example() -> Result<()> {
    let text = readme()?;
    let command = *commands(&text).first().context("there is no command")?;
    let arguments = command
        .strip_prefix("cargo ")
        .context("the first command is cargo's")?;
    let mut serving = cargo()
        .current_dir(repository())
        .args(arguments.split(' '))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let outcome = serving
        .stdout
        .take()
        .context("no output")
        .and_then(|stdout| {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line)?;
            let url = line
                .split_whitespace()
                .find(|word| word.starts_with("http://127.0.0.1:"));
            look_at(url.with_context(|| format!("the first line is {line:?}"))?)
        });
    serving.kill()?;
    serving.wait()?;
    outcome
}

fn look_at(url: &str) -> Result<()> {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(1200)))
        .build()
        .new_agent();
    let page = agent.get(url).call()?;
    for (header, value) in [
        ("content-type", "text/html"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        let found = page
            .headers()
            .get(header)
            .and_then(|value| value.to_str().ok());
        ensure!(
            found.is_some_and(|found| found.starts_with(value)),
            "{header}: {found:?}"
        );
    }
    let browser = Browser::start(Engine::Chromium)?;
    browser.open(url)?;
    browser.wait_for("document.querySelector('#arrived li')")?;
    browser.execute("document.querySelector(\"nav a[href='#/data']\").click()")?;
    browser.wait_for("document.querySelector('#view .route')?.childElementCount > 0")
}

#[test]
fn the_second_command_is_the_test_command() -> Result<()> {
    let text = readme()?;
    ensure!(
        commands(&text).get(1) == Some(&"./tests/run"),
        "{:?}",
        commands(&text)
    );
    let status = Command::new("bash")
        .current_dir(repository())
        .args(["-n", "tests/run"])
        .status()?;
    ensure!(status.success(), "tests/run is no shell script");
    Ok(())
}

/// `…` stands for what differs; what is around it has to be in the sources.
#[test]
fn the_messages_it_explains_exist() -> Result<()> {
    let text = readme()?;
    let (_, section) = text
        .split_once("## When something goes wrong")
        .context("no such section")?;
    let (section, _) = section.split_once("\n## ").context("it does not end")?;
    let mut sources = String::new();
    for folder in ["loader/src", "splitter/src", "splitter/cli/src"] {
        for entry in WalkDir::new(repository().join(folder)) {
            let entry = entry?;
            if entry.file_type().is_file() {
                sources += &fs::read_to_string(entry.path())?;
            }
        }
    }
    let mut count = 0;
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let messages = row.split('|').nth(1).unwrap_or_default();
        for message in messages.split('`').skip(1).step_by(2) {
            for part in message.split('…').map(|part| part.trim_matches([' ', ':'])) {
                ensure!(sources.contains(part), "no source contains `{part}`");
            }
            count += 1;
        }
    }
    ensure!(count >= 8, "only {count} messages were found");
    Ok(())
}

#[test]
fn its_links_lead_to_files() -> Result<()> {
    let text = readme()?;
    let mut count = 0;
    for link in text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
    {
        if !link.0.starts_with("http") {
            ensure!(
                repository().join(link.0).exists(),
                "`{}` is not there",
                link.0
            );
            count += 1;
        }
    }
    ensure!(count >= 2, "only {count} links were found");
    Ok(())
}
