//! `wasm-cleave split`: a linked module into a folder.

use std::fs;
use std::path::Path;

use crate::summary::Quality;
use anyhow::Result;

use crate::args::SplitArgs;
use crate::error::CliError;
use crate::pipeline::{Pipeline, measure};
use crate::progress::Progress;
use crate::report::Report;

pub(crate) fn run(args: &SplitArgs) -> Result<()> {
    let progress = Progress::new();
    let outcome = make(args, &progress);
    progress.finish();
    outcome?.print(args.report.json)
}

fn make(args: &SplitArgs, progress: &Progress) -> Result<Report> {
    let wasm = read(&args.input)?;
    let pipeline = Pipeline {
        wasm: &wasm,
        options: args.division.options(stem(args)?, args.target.into()),
        extra: Vec::new(),
        out_dir: &args.out_dir,
    };
    let unsplit = match args.report.compare {
        true => Some(pipeline.unsplit(progress)?),
        false => None,
    };
    let published = pipeline.run(progress)?;
    let quality = args.report.quality().or(Some(Quality::QUICK));
    let summary = measure(&published.program, unsplit.as_ref(), quality, progress);
    Ok(Report::new(&args.out_dir, summary, &published))
}

fn read(input: &Path) -> Result<Vec<u8>> {
    fs::read(input).map_err(|error| {
        CliError::new(
            format!("could not read `{}`: {error}", input.display()),
            "give the path of a linked module, such as `target/wasm32-unknown-unknown/release/app.wasm`",
        )
        .into()
    })
}

/// The part before the first dot, since wasm-bindgen would take what follows for an extension.
fn stem(args: &SplitArgs) -> Result<String> {
    if let Some(name) = &args.out_name {
        return Ok(name.clone());
    }
    let name = args.input.file_name().and_then(|name| name.to_str());
    let stem = name.and_then(|name| name.split('.').next());
    match stem {
        Some(stem) if !stem.is_empty() => Ok(stem.to_string()),
        _ => Err(CliError::new(
            format!(
                "no name for the output follows from `{}`",
                args.input.display()
            ),
            "say `--out-name NAME`",
        )
        .into()),
    }
}
