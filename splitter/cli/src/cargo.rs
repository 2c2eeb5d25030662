//! Runs cargo: the arguments that make a module which can be split, and which of its outputs is the module.
//!
//! `cargo rustc` gives the linker's arguments to the program alone. RUSTFLAGS would do too, but there are four places
//! to set them of which cargo reads one, so adding to them means losing some; and every dependency would be compiled
//! again.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context, Result};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;

use crate::args::PackageArgs;
use crate::error::CliError;
use crate::project::{BuildTarget, Project};
use crate::threads::Threads;
use crate::toolchain::{Toolchain, missing};

/// The target.
pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

/// Relocations say what refers to what; the table's export keeps rust-lld 1.95 from crashing on thin LTO of a program
/// without indirect calls; debug information does not survive splitting, so it need not be linked.
const LINK_ARGS: [&str; 3] = [
    "-Clink-arg=--emit-relocs",
    "-Clink-arg=--export-table",
    "-Clink-arg=--strip-debug",
];

/// Where the compiler's messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Diagnostics {
    /// Cargo writes them to stderr as it does anywhere.
    Terminal,
    /// To stderr, and into the error too.
    Collected,
}

/// The linked module.
pub(crate) struct Linked {
    pub(crate) wasm: Vec<u8>,
    /// Its file name without the extension.
    pub(crate) stem: String,
}

/// Compiles and links the program.
pub(crate) fn compile(
    project: &Project,
    args: &PackageArgs,
    diagnostics: Diagnostics,
) -> Result<Linked> {
    let toolchain = Toolchain::of(&project.folder, args.threads);
    let cfgs = toolchain.prepare(&args.setup)?;
    let threads = match args.threads {
        true => Some(Threads::find(project, &toolchain, &cfgs, args.max_memory)?),
        false => None,
    };
    let cargo = toolchain.tool("cargo")?;
    let mut child = rustc(cargo, project, args, threads.as_ref(), diagnostics)
        .spawn()
        .map_err(|error| missing("cargo", &error))?;
    let stderr = child.stderr.take().map(|pipe| thread::spawn(|| tee(pipe)));
    let output = messages(&mut child, project)?;
    let status = child.wait()?;
    let said = match stderr.map(thread::JoinHandle::join) {
        Some(Ok(said)) => said,
        _ => String::new(),
    };
    if !status.success() {
        let text = match output.errors.is_empty() {
            true => said,
            false => output.errors,
        };
        return Err(failed(project, &text));
    }
    let Some(path) = output.wasm else {
        return Err(CliError::new(
            format!("cargo linked no module for package `{}`", project.package),
            "see that no `build.target-dir` hook or wrapper changes what cargo builds",
        )
        .into());
    };
    let wasm = fs::read(&path).with_context(|| format!("could not read `{}`", path.display()))?;
    let stem = path.file_stem().unwrap_or_default();
    let stem = stem.to_string_lossy().into_owned();
    Ok(Linked { wasm, stem })
}

fn rustc(
    mut command: Command,
    project: &Project,
    args: &PackageArgs,
    threads: Option<&Threads>,
    diagnostics: Diagnostics,
) -> Command {
    command.args(["rustc", "--package", &project.package]);
    command.args(["--target", TRIPLE, "--profile", args.profile()]);
    match &project.program {
        BuildTarget::Library => command.arg("--lib"),
        BuildTarget::Bin(name) => command.args(["--bin", name]),
        BuildTarget::Example(name) => command.args(["--example", name]),
    };
    for features in &args.features {
        command.args(["--features", features]);
    }
    if args.no_default_features {
        command.arg("--no-default-features");
    }
    command.args(args.setup.flags());
    command.arg(match diagnostics {
        Diagnostics::Terminal => "--message-format=json-render-diagnostics",
        Diagnostics::Collected => "--message-format=json-diagnostic-rendered-ansi",
    });
    if let Some(threads) = threads {
        threads.prepare(&mut command);
    }
    command.arg("--").args(LINK_ARGS);
    if let Some(threads) = threads {
        command.args(threads.link_args());
    }
    command.stdout(Stdio::piped());
    if diagnostics == Diagnostics::Collected {
        command.stderr(Stdio::piped());
    }
    command
}

#[derive(Default)]
struct Output {
    wasm: Option<std::path::PathBuf>,
    /// The compiler's errors, as it renders them.
    errors: String,
}

fn messages(child: &mut Child, project: &Project) -> Result<Output> {
    let mut output = Output::default();
    let Some(stdout) = child.stdout.take() else {
        return Ok(output);
    };
    for message in Message::parse_stream(BufReader::new(stdout)) {
        match message.context("could not read what cargo says")? {
            Message::CompilerArtifact(artifact)
                if artifact.manifest_path.parent().map(|p| p.as_std_path())
                    == Some(&project.folder) =>
            {
                let mut files = artifact.filenames.into_iter();
                let wasm = files.find(|file| file.extension() == Some("wasm"));
                output.wasm = wasm.map(Into::into).or(output.wasm);
            }
            Message::CompilerMessage(message) => {
                let text = message.message.rendered.unwrap_or_default();
                eprint!("{}", for_terminal(&text));
                let level = message.message.level;
                if matches!(level, DiagnosticLevel::Error | DiagnosticLevel::Ice) {
                    output.errors.push_str(&console::strip_ansi_codes(&text));
                }
            }
            _ => {}
        }
    }
    Ok(output)
}

fn for_terminal(text: &str) -> std::borrow::Cow<'_, str> {
    match console::colors_enabled_stderr() {
        true => text.into(),
        false => console::strip_ansi_codes(text),
    }
}

/// Passes on what a tool says, and keeps it without its progress.
pub(crate) fn tee(pipe: impl Read) -> String {
    let mut said = String::new();
    for line in BufReader::new(pipe).lines().map_while(Result::ok) {
        // Nobody is left to tell if stderr is closed.
        let _ = writeln!(std::io::stderr(), "{line}");
        if !is_progress(&line) {
            said.push_str(&line);
            said.push('\n');
        }
    }
    said
}

/// Whether a line is like `   Compiling app v0.1.0`, with a word that ends in the twelfth column.
fn is_progress(line: &str) -> bool {
    let word = line.strip_prefix(' ').and_then(|_| line.get(..12));
    let word = word.unwrap_or_default().trim_start();
    !word.is_empty() && word.chars().all(char::is_alphabetic)
}

fn failed(project: &Project, text: &str) -> anyhow::Error {
    let what = format!("cargo could not compile package `{}`", project.package);
    match text.trim() {
        "" => CliError::new(what, "cargo's messages above say why").into(),
        text => CompileError {
            what,
            text: text.to_string(),
        }
        .into(),
    }
}

/// The compiler's own messages.
#[derive(Debug)]
pub(crate) struct CompileError {
    what: String,
    /// As rendered for a terminal, without colours.
    pub(crate) text: String,
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for CompileError {}

#[cfg(test)]
mod tests {
    use super::is_progress;

    #[test]
    fn progress_is_told_from_what_is_drawn_around_sources() {
        for line in [
            "   Compiling app v0.1.0 (/app)",
            "    Finished `dev` profile",
        ] {
            assert!(is_progress(line), "{line}");
        }
        for line in [
            "   |",
            "11 | [broken",
            "   |        ^",
            "",
            "    at src/lib.rs",
            "           ä",
        ] {
            assert!(!is_progress(line), "{line}");
        }
    }
}
