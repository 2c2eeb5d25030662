//! `wasm-cleave serve`: builds on a thread of its own, serves on another, and tells the pages of each build.

mod page;
mod server;
mod state;
mod watch;

use std::convert::Infallible;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use anyhow::Result;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use wasm_cleave_splitter::{File, Program, Target};

use crate::args::{Open, ServeArgs};
use crate::cargo::{self, CompileError, Diagnostics};
use crate::error::{self, CliError};
use crate::pipeline::Pipeline;
use crate::progress::Progress;
use crate::project::Project;
use crate::toolchain::Toolchain;
use crate::{assets, report};
use state::State;
use watch::Watch;

pub(crate) fn run(args: &ServeArgs) -> Result<()> {
    let project = Project::find(&args.package)?;
    // Each build does so. Here it ends the program: no change of a source would help.
    Toolchain::of(&project.folder, args.package.threads).prepare(&args.package.setup)?;
    let root = project
        .target_dir
        .join("wasm-cleave/serve")
        .join(&project.package);
    fs::create_dir_all(&root).map_err(|error| {
        CliError::new(
            format!("could not make the folder `{}`: {error}", root.display()),
            "see that cargo's target folder can be written",
        )
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let listener = runtime
        .block_on(TcpListener::bind(("127.0.0.1", args.port)))
        .map_err(|error| {
            CliError::new(
                format!("could not listen on port {}: {error}", args.port),
                "choose another with `--port`, or leave it out to get a free one",
            )
        })?;
    let url = format!("http://{}/", listener.local_addr()?);
    eprintln!("Building what {url} is going to show");

    let state = Arc::new(State::new(root));
    let (ready, first_build) = unbounded_channel();
    let builder = Builder {
        project,
        args,
        state: &state,
    };
    thread::scope(|scope| {
        // Ends the process rather than the scope: a build that is under way need not be waited for.
        scope.spawn(move || {
            builder.run(|| {
                // Only the first is waited for.
                let _ = ready.send(());
            });
        });
        let served = runtime.block_on(async {
            // Also during the first build, which may be long.
            tokio::select! {
                result = server::run(listener, &state) => result,
                result = announce(url, args.open, first_build) => result.map(|never| match never {}),
                result = server::stopped() => Ok(result?),
            }
        });
        match served {
            Ok(()) => std::process::exit(0),
            Err(error) => {
                eprint!("{}", error::render(&error));
                std::process::exit(1)
            }
        }
    })
}

/// Says the URL on stdout when there is something to see: scripts take the line as the sign that the first build is
/// done. A page that is open before says that it is under way.
async fn announce(
    url: String,
    open: Open,
    mut first_build: UnboundedReceiver<()>,
) -> Result<Infallible> {
    // None means that the builder panicked, which has been reported: the page will show nothing.
    let _ = first_build.recv().await;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "Serving {url}")?;
    stdout.flush()?;
    if open == Open::Yes {
        open_browser(url);
    }
    std::future::pending().await
}

/// On a thread of its own: some browsers run until they are closed.
fn open_browser(url: String) {
    thread::spawn(move || {
        if let Err(error) = webbrowser::open(&url) {
            report::warn(&[format!("could not open a browser: {error}")]);
        }
    });
}

/// Builds, waits for a change, and builds again.
struct Builder<'a> {
    project: Project,
    args: &'a ServeArgs,
    state: &'a State,
}

impl Builder<'_> {
    fn run(&self, mut built_once: impl FnMut()) {
        let mut watch = Watch::new(vec![self.project.target_dir.clone()]);
        loop {
            // Watched before the build, so that a change during it is seen after it.
            watch.update(&self.watched());
            match self.build() {
                Ok(program) => {
                    report::warn(&program.warnings);
                    eprintln!("Built {}", sizes(&program));
                    self.state.succeeded(token(&program));
                }
                Err(error) => {
                    eprint!("{}", error::render(&error));
                    self.state.failed(for_page(&error));
                }
            }
            built_once();
            watch.wait();
        }
    }

    fn build(&self) -> Result<Program> {
        let linked = cargo::compile(&self.project, &self.args.package, Diagnostics::Collected)?;
        let mut extra = assets::collect(&self.project.folder, self.state.root())?;
        if extra.iter().all(|file| file.name != assets::PAGE) {
            extra.push(File {
                name: assets::PAGE.to_string(),
                bytes: page::of_program(&linked.stem).into_bytes(),
            });
        }
        let progress = Progress::new();
        let published = Pipeline {
            wasm: &linked.wasm,
            options: self
                .args
                .division
                .options_of(&self.args.package, linked.stem, Target::Web),
            extra,
            out_dir: self.state.root(),
        }
        .run(&progress);
        progress.finish();
        Ok(published?.program)
    }

    fn watched(&self) -> Vec<PathBuf> {
        let mut folders = match self.project.source_folders(&self.args.package.setup) {
            Ok(folders) => folders,
            // The manifest may be broken at the moment; the next build says so.
            Err(_) => vec![self.project.folder.clone()],
        };
        if !folders.contains(&self.project.workspace) {
            folders.push(self.project.workspace.clone());
        }
        folders
    }
}

/// Identifies the files of a build: pages reload when it changes.
fn token(program: &Program) -> String {
    let mut hash = Sha256::new();
    for file in &program.files {
        hash.update(file.name.as_bytes());
        hash.update((file.bytes.len() as u64).to_le_bytes());
        hash.update(&file.bytes);
    }
    HEXLOWER.encode(&hash.finalize()[..8])
}

fn sizes(program: &Program) -> String {
    let size_of = |name: &str| {
        let file = program.files.iter().find(|file| file.name == name);
        file.map_or(0, |file| file.bytes.len())
    };
    let sizes: Vec<String> = program
        .modules
        .iter()
        .map(|module| {
            format!(
                "{} ({} kB)",
                module.file,
                size_of(&module.file).div_ceil(1000)
            )
        })
        .collect();
    sizes.join(", ")
}

fn for_page(error: &anyhow::Error) -> String {
    match error.downcast_ref::<CompileError>() {
        Some(error) => format!("{error}\n\n{}", error.text.trim()),
        None => console::strip_ansi_codes(&error::render(error)).into_owned(),
    }
}
