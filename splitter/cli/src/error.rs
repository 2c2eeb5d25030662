//! How a failure looks: `error:` with what and why, `help:` with what to do.

use std::fmt;

/// A failure of the command line's own work, with what to do about it.
#[derive(Debug)]
pub(crate) struct CliError {
    text: String,
    help: String,
}

impl CliError {
    pub(crate) fn new(text: impl Into<String>, help: impl Into<String>) -> Self {
        CliError {
            text: text.into(),
            help: help.into(),
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for CliError {}

/// The lines for stderr.
pub(crate) fn render(error: &anyhow::Error) -> String {
    let label = |text, colour: fn(console::StyledObject<&'static str>) -> _| {
        colour(console::style(text).for_stderr().bold())
    };
    let mut lines = format!(
        "{} {error:#}\n",
        label("error:", console::StyledObject::red)
    );
    let help = help(error);
    if !help.is_empty() {
        let label = label("help:", console::StyledObject::cyan);
        lines.push_str(&format!("  {label} {help}\n"));
    }
    lines
}

fn help(error: &anyhow::Error) -> String {
    if let Some(failure) = error.downcast_ref::<CliError>() {
        return failure.help.clone();
    }
    if let Some(error) = error.downcast_ref::<wasm_cleave_splitter::Error>() {
        return error.help();
    }
    match error.downcast_ref::<wasm_cleave_splitter::OutputError>() {
        Some(error) => error.help(),
        None => String::new(),
    }
}
