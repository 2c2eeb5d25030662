//! Every fixture, split and whole, in Node and in three browsers: equal transcripts, and the structure that it demands.
//!
//! Tests are called `CASE::structure`, `CASE::node`, `CASE::chromium`, `CASE::firefox`, `CASE::webkit`, and
//! `CASE::merged`: in Node, with small chunks merged as the command line does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, anyhow, bail, ensure};
use libtest_mimic::{Arguments, Trial};
use wasm_cleave_splitter::Target;
use wasm_cleave_tests::browser::{Engine, SharedBrowser};
use wasm_cleave_tests::cargo::{Settings, build_fixtures, repository};
use wasm_cleave_tests::case::{Case, Demand, Splits};
use wasm_cleave_tests::node;
use wasm_cleave_tests::program::{Ready, Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::transcript::Transcript;

/// What happens once, for whichever test comes first; failures are kept as text.
type Once<T> = OnceLock<Result<T, String>>;

fn once<T>(cell: &Once<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    let made = cell.get_or_init(|| make().map_err(|error| format!("{error:#}")));
    made.as_ref().map_err(|error| anyhow!("{error}"))
}

/// What all tests share.
struct Suite {
    site: PathBuf,
    linked: Once<BTreeMap<String, PathBuf>>,
    chromium: Tested,
    firefox: Tested,
    webkit: Tested,
}

/// A browser, and the server that only it asks.
struct Tested {
    browser: SharedBrowser,
    server: Server,
}

impl Tested {
    fn new(engine: Engine, site: &Path) -> Result<Self> {
        Ok(Tested {
            browser: SharedBrowser::new(engine),
            server: Server::start(site)?,
        })
    }
}

impl Suite {
    fn linked(&self, case: &str) -> Result<&Path> {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let all = once(&self.linked, || {
            build_fixtures(scratch, &Settings::default(), &[])
        })?;
        let module = all
            .get(case)
            .context("cargo built no module of this name")?;
        Ok(module)
    }
}

/// A fixture and its programs, each split when a test first needs it.
struct Fixture {
    case: Case,
    suite: Arc<Suite>,
    programs: [Once<Ready>; 6],
}

impl Fixture {
    fn program(&self, shape: Shape, target: Target) -> Result<&Ready> {
        let (position, host) = match target == Target::NodeJs {
            false => (0, "web"),
            true => (1, "node"),
        };
        let cell = &self.programs[2 * shape as usize + position];
        once(cell, || {
            let folder = self
                .suite
                .site
                .join(&self.case.name)
                .join(shape.name())
                .join(host);
            prepare(self.suite.linked(&self.case.name)?, &folder, shape, target)
        })
    }

    fn structure(&self) -> Result<()> {
        let program = self.program(Shape::Split, Target::Web)?;
        program.check_invariants(self.case.has_chunks)?;
        for demand in &self.case.demands {
            program.check(demand)?;
        }
        let whole = self.program(Shape::Whole, Target::Web)?;
        ensure!(
            whole.program.modules.len() == 1,
            "the unsplit program has chunks"
        );
        Ok(())
    }

    fn node(&self) -> Result<()> {
        self.runs_alike_in_node(Shape::Split)
    }

    fn merged(&self) -> Result<()> {
        self.runs_alike_in_node(Shape::Merged)
    }

    fn runs_alike_in_node(&self, shape: Shape) -> Result<()> {
        let split = node::run(self.program(shape, Target::NodeJs)?)?;
        let whole = node::run(self.program(Shape::Whole, Target::NodeJs)?)?;
        self.compare(&split, &whole)
    }

    fn chromium(&self) -> Result<()> {
        self.runs_alike_in(&self.suite.chromium)
    }

    fn firefox(&self) -> Result<()> {
        self.runs_alike_in(&self.suite.firefox)
    }

    fn webkit(&self) -> Result<()> {
        self.runs_alike_in(&self.suite.webkit)
    }

    fn runs_alike_in(&self, Tested { browser, server }: &Tested) -> Result<()> {
        let split = self.program(Shape::Split, Target::Web)?;
        let whole = self.program(Shape::Whole, Target::Web)?;
        browser.with(|browser| {
            let mut transcripts = Vec::new();
            for ready in [whole, split] {
                server.reset();
                let path = ready.folder.strip_prefix(&self.suite.site)?;
                let url = server.url(&format!("{}/", path.display()));
                transcripts.push(browser.run(&url)?);
            }
            self.check_requests(server, split)?;
            self.compare(&transcripts[1], &transcripts[0])
        })
    }

    fn compare(&self, split: &Transcript, whole: &Transcript) -> Result<()> {
        ensure!(
            whole.lines().next().is_some(),
            "the unsplit program said nothing\n{whole}"
        );
        ensure!(
            !split.lines().any(|line| line.starts_with("WRONG")),
            "the program found a mistake\n{split}"
        );
        match split.difference(whole) {
            Some(difference) => bail!("the transcripts differ: {difference}"),
            None => Ok(()),
        }
    }

    /// Chunks are requested no earlier than the program needs them, and once.
    fn check_requests(&self, server: &Server, split: &Ready) -> Result<()> {
        let requested = |label: &str| -> BTreeSet<Splits> {
            let paths = server.requested_before(label);
            let files = paths.iter().filter_map(|path| path.rsplit_once('/'));
            files
                .filter_map(|(_, file)| split.splits_of_file(file))
                .collect()
        };
        let early = requested("start");
        ensure!(
            early.is_empty(),
            "requested before the program began: {early:?}"
        );
        let mut all = server.requested_before("never");
        all.retain(|path| path.ends_with(".wasm"));
        all.sort_unstable();
        let again = all.windows(2).find(|pair| pair[0] == pair[1]);
        ensure!(
            again.is_none() || self.case.refetches,
            "requested twice: {again:?}"
        );
        for demand in &self.case.demands {
            if let Demand::Fetched(label, expected) = demand {
                let found = requested(label);
                ensure!(
                    found == *expected,
                    "requested before `{label}`: {found:?}, not {expected:?}"
                );
            }
        }
        Ok(())
    }
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::from_args();
    let site = Path::new(env!("CARGO_TARGET_TMPDIR")).join("site");
    std::fs::create_dir_all(&site)?;
    let suite = Arc::new(Suite {
        chromium: Tested::new(Engine::Chromium, &site)?,
        firefox: Tested::new(Engine::Firefox, &site)?,
        webkit: Tested::new(Engine::WebKit, &site)?,
        site,
        linked: OnceLock::new(),
    });
    let mut trials = Vec::new();
    for case in Case::all(&repository().join("tests/fixtures"))? {
        let name = case.name.clone();
        let fixture = Arc::new(Fixture {
            case,
            suite: suite.clone(),
            programs: Default::default(),
        });
        let mut test = |kind: &str, run: fn(&Fixture) -> Result<()>| {
            let fixture = fixture.clone();
            trials.push(Trial::test(format!("{name}::{kind}"), move || {
                run(&fixture).map_err(|error| format!("{error:#}").into())
            }));
        };
        test("structure", Fixture::structure);
        test("node", Fixture::node);
        test("chromium", Fixture::chromium);
        test("firefox", Fixture::firefox);
        test("webkit", Fixture::webkit);
        test("merged", Fixture::merged);
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    for tested in [&suite.chromium, &suite.firefox, &suite.webkit] {
        tested.browser.close();
    }
    Ok(conclusion.exit_code())
}
