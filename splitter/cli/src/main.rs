//! The command line of wasm-cleave: which command runs, and what its failure looks like.

mod args;
mod assets;
mod build;
mod cargo;
mod error;
mod links;
mod pipeline;
mod progress;
mod project;
mod report;
mod serve;
mod split;
mod summary;
mod table;
mod threads;
mod toolchain;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    report_panics();
    // clap itself leaves with 2 on wrong usage.
    let result = match args::Cli::parse().command {
        args::Command::Build(args) => build::run(&args),
        args::Command::Split(args) => split::run(&args),
        args::Command::Serve(args) => serve::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("{}", error::render(&error));
            ExitCode::from(1)
        }
    }
}

/// A panic is a defect of this tool and says so; but one inside wasm-bindgen comes back as an error that is reported.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if std::thread::current().name() != Some(wasm_cleave_splitter::BINDGEN_THREAD) {
            eprintln!("error: wasm-cleave stopped with an internal error: {panic}");
            eprintln!("  help: this is a bug of wasm-cleave; please report it with what you ran");
        }
    }));
}
