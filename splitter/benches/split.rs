//! How long each phase takes, on the `routes` example and on a module of more than 10 MB, and how much memory it needs.
//!
//! `cargo bench -p wasm-cleave-splitter`. Inputs are built first; `CLEAVE_BENCH_INPUT=FILE` measures a linked module of
//! yours instead. Times are medians of several rounds; ratios compare runs of the same process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use wasm_cleave_splitter::{Emitted, Options, Phase, Target, bindgen, emit};

const ROUNDS: usize = 7;

/// Counts the bytes that are allocated, and the most that there were.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; the counters are plain numbers.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps the rules of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the rules of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> Result<()> {
    if let Some(input) = std::env::var_os("CLEAVE_BENCH_INPUT") {
        return measure(&PathBuf::from(input));
    }
    let release = build(&["--release"], "release")?;
    measure(&release)?;
    let dev = build(&[], "debug")?;
    let size = std::fs::metadata(&dev)?.len();
    ensure!(
        size >= 10_000_000,
        "{} has only {size} bytes",
        dev.display()
    );
    measure(&dev)
}

/// Links the `routes` example as `wasm-cleave build` does.
fn build(arguments: &[&str], profile: &str) -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = root.join("target/bench-inputs");
    let status = Command::new("cargo")
        .args([
            "rustc",
            "--quiet",
            "-p",
            "routes",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .args(arguments)
        .args(["--", "-Clink-arg=--emit-relocs"])
        .args(["-Clink-arg=--export-table", "-Clink-arg=--strip-debug"])
        .current_dir(&root)
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .context("cargo did not start")?;
    ensure!(status.success(), "the example `routes` did not build");
    Ok(target
        .join("wasm32-unknown-unknown")
        .join(profile)
        .join("routes.wasm"))
}

fn options(split: bool) -> Options {
    let mut options = Options::new("routes");
    options.split = split;
    options.names = false;
    options
}

fn measure(path: &Path) -> Result<()> {
    let input = std::fs::read(path).with_context(|| path.display().to_string())?;
    let megabytes = input.len() as f64 / 1e6;
    println!(
        "\n{}: {megabytes:.1} MB, median of {ROUNDS}",
        path.file_name().unwrap_or_default().display()
    );

    let mut rounds = Vec::new();
    let mut peak = 0;
    for _ in 0..ROUNDS {
        let before = NOW.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        rounds.push(emit_timed(&input)?);
        peak = peak.max(PEAK.load(Ordering::Relaxed) - before);
    }
    let phases = [
        Phase::Read,
        Phase::Graph,
        Phase::Partition,
        Phase::Plan,
        Phase::Emit,
    ];
    for (position, phase) in phases.iter().enumerate() {
        let time = median(rounds.iter().map(|round| round[position]).collect());
        line(&format!("{phase:?}").to_lowercase(), time, megabytes);
    }
    let emitting = median(rounds.iter().map(|round| round.iter().sum()).collect());
    line("read to emit", emitting, megabytes);
    println!(
        "  {:<32} {:>8.2} × the input",
        "peak memory besides the input",
        peak as f64 / input.len() as f64
    );

    let split = emit(&input, &options(true), &mut |_| {})?;
    let unsplit = emit(&input, &options(false), &mut |_| {})?;
    let main = bind_timed(&split)?;
    let whole = bind_timed(&unsplit)?;
    line("wasm-bindgen on main", main, megabytes);
    line("wasm-bindgen on the whole", whole, megabytes);
    let ratio = (emitting + main).as_secs_f64() / whole.as_secs_f64();
    println!(
        "  {:<32} {ratio:>8.2} × wasm-bindgen on the whole",
        "splitting in all"
    );
    Ok(())
}

/// The time of each phase up to emit.
fn emit_timed(input: &[u8]) -> Result<Vec<Duration>> {
    let mut begun = Vec::new();
    let emitted = emit(input, &options(true), &mut |_| begun.push(Instant::now()))?;
    begun.push(Instant::now());
    ensure!(!emitted.main.is_empty(), "main is empty");
    Ok(begun.windows(2).map(|pair| pair[1] - pair[0]).collect())
}

fn bind_timed(emitted: &Emitted) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..3 {
        let begun = Instant::now();
        bindgen(&emitted.main, "routes", Target::Web)?;
        times.push(begun.elapsed());
    }
    Ok(median(times))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn line(what: &str, time: Duration, megabytes: f64) {
    let seconds = time.as_secs_f64();
    println!(
        "  {what:<32} {:>8.1} ms {:>8.0} MB/s",
        seconds * 1e3,
        megabytes / seconds
    );
}
