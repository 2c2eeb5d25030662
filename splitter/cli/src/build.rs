//! `wasm-cleave build`: a package into a folder.

use std::time::{Duration, Instant};

use crate::summary::Quality;
use anyhow::Result;
use wasm_cleave_splitter::Target;

use crate::args::{BuildArgs, PackageArgs};
use crate::assets;
use crate::cargo::{self, Diagnostics};
use crate::pipeline::{Pipeline, measure};
use crate::progress::Progress;
use crate::project::Project;
use crate::report::{Build, Report};

pub(crate) fn run(args: &BuildArgs) -> Result<()> {
    let project = Project::find(&args.package)?;
    let start = Instant::now();
    let linked = cargo::compile(&project, &args.package, Diagnostics::Terminal)?;
    let compiled = start.elapsed();
    let progress = Progress::new();
    let outcome = make(args, &project, &linked, compiled, &progress);
    progress.finish();
    outcome?.print(args.report.json)
}

fn make(
    args: &BuildArgs,
    project: &Project,
    linked: &cargo::Linked,
    compiled: Duration,
    progress: &Progress,
) -> Result<Report> {
    let out_dir = match &args.out_dir {
        Some(folder) => folder.clone(),
        None => project.folder.join("dist"),
    };
    let target = args.target.into();
    let pipeline = Pipeline {
        wasm: &linked.wasm,
        options: args
            .division
            .options_of(&args.package, linked.stem.clone(), target),
        extra: match target == Target::Web {
            true => assets::collect(&project.folder, &out_dir)?,
            false => Vec::new(),
        },
        out_dir: &out_dir,
    };
    let unsplit = match args.report.compare {
        true => Some(pipeline.unsplit(progress)?),
        false => None,
    };
    let published = pipeline.run(progress)?;
    let quality = args.report.quality().or(default_quality(&args.package));
    let summary = measure(&published.program, unsplit.as_ref(), quality, progress);
    let build = Build {
        package: project.package.clone(),
        profile: args.package.profile().to_string(),
        threads: args.package.threads,
        seconds: compiled.as_secs_f64(),
    };
    Ok(Report::new(&out_dir, summary, &published).of_build(build))
}

/// A development build is for looking at, not for publishing: nobody will store it compressed.
fn default_quality(args: &PackageArgs) -> Option<Quality> {
    match args.is_for_development() {
        true => None,
        false => Some(Quality::BEST),
    }
}
