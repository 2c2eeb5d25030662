//! Shows on stderr what is going on: one moving line on a terminal, plain lines elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wasm_cleave_splitter::Phase;

/// What is going on.
pub(crate) struct Progress {
    /// Absent where stderr is no terminal.
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let terminal = console::user_attended_stderr();
        let bar = terminal.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Progress { bar }
    }

    /// A step of unknown length begins; its name is said in one line.
    pub(crate) fn step(&self, text: &str) {
        match &self.bar {
            Some(bar) => {
                bar.unset_length();
                bar.set_style(style("{spinner} {msg} {elapsed:.dim}"));
                bar.set_message(text.to_string());
            }
            None => eprintln!("{text}"),
        }
    }

    /// A step of so many parts begins.
    pub(crate) fn counted(&self, text: &str, parts: usize) {
        match &self.bar {
            Some(bar) => {
                bar.set_style(style("{spinner} {msg} {wide_bar} {pos}/{len}"));
                bar.set_length(parts as u64);
                bar.set_position(0);
                bar.set_message(text.to_string());
            }
            None => eprintln!("{text}"),
        }
    }

    /// A part of a counted step is done; any thread may say so.
    pub(crate) fn part_done(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// Takes the moving line away for as long as something else writes to the terminal.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    pub(crate) fn phase(&self, phase: Phase) {
        self.step(&phase.to_string());
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are the ones above; a mistake in one costs its looks only.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
