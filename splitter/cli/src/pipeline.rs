//! From a linked module to published files and a summary: what `build`, `split` and `serve` have in common.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::summary::{Quality, Summary};
use anyhow::Result;
use wasm_cleave_splitter::{File, FileNames, Options, Program, publish, split};

use crate::links;
use crate::progress::Progress;

/// What to do with a linked module.
pub(crate) struct Pipeline<'a> {
    pub(crate) wasm: &'a [u8],
    pub(crate) options: Options,
    /// Files that go beside the program's.
    pub(crate) extra: Vec<File>,
    pub(crate) out_dir: &'a Path,
}

/// A program in its folder.
pub(crate) struct Published {
    pub(crate) program: Program,
    /// Time from the linked module to the files in their places.
    pub(crate) time: Duration,
}

impl Pipeline<'_> {
    pub(crate) fn run(mut self, progress: &Progress) -> Result<Published> {
        let start = Instant::now();
        let mut program = self.program(&self.options, progress)?;
        let names = FileNames::new(&self.options.stem);
        links::complete(&mut self.extra, &program.files, names);
        program.files.extend(self.extra);
        program.files.sort_by(|a, b| a.name.cmp(&b.name));
        progress.step("Publishing the files");
        publish(&program, self.out_dir)?;
        Ok(Published {
            program,
            time: start.elapsed(),
        })
    }

    /// The same program in one module, for comparison; nothing of it is written.
    pub(crate) fn unsplit(&self, progress: &Progress) -> Result<Program> {
        let mut options = self.options.clone();
        options.split = false;
        progress.step("For comparison, in one module:");
        self.program(&options, progress)
    }

    fn program(&self, options: &Options, progress: &Progress) -> Result<Program> {
        let program = split(self.wasm, options, &mut |phase| progress.phase(phase))?;
        Ok(program)
    }
}

/// Tells the sizes of the modules; compressing them takes long enough to be shown.
pub(crate) fn measure(
    program: &Program,
    unsplit: Option<&Program>,
    quality: Option<Quality>,
    progress: &Progress,
) -> Summary {
    if quality.is_some() {
        progress.counted("Measuring with brotli", Summary::steps(program, unsplit));
    }
    let summary = Summary::measure(program, unsplit, quality, &|| progress.part_done());
    progress.finish();
    summary
}
