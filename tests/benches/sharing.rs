//! How long eight threads wait for one chunk of 5 MB that they load together, against one thread that loads it alone,
//! and against eight and one that fetch and compile the file by hand, in three engines:
//! `cargo bench -p wasm-cleave-tests`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_cleave_splitter::Target;
use wasm_cleave_tests::browser::{Browser, Engine};
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::threads;

/// Each is measured so many times, in turn; the medians count.
const ROUNDS: usize = 9;

const WAYS: [&str; 4] = ["share=8", "share=1", "hand=8", "hand=1"];

fn main() -> Result<()> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let linked = &threads::build(scratch, &["large"])?["large"];
    let site = scratch.join("large/web");
    prepare(linked, &site.join("split"), Shape::Split, Target::Web)?;
    let server = Server::start(&site)?;
    [Engine::Chromium, Engine::Firefox, Engine::WebKit]
        .into_iter()
        .try_for_each(|engine| measure(engine, &server))
}

fn measure(engine: Engine, server: &Server) -> Result<()> {
    let browser = Browser::start(engine)?;
    let mut times = [const { Vec::new() }; WAYS.len()];
    let mut size = 0.0;
    for _ in 0..ROUNDS {
        for (way, times) in WAYS.iter().zip(&mut times) {
            let transcript = browser.run(&server.url(&format!("split/?{way}")))?;
            let line = transcript
                .lines()
                .next()
                .context("the program says nothing")?;
            let numbers: Vec<f64> = line
                .split(' ')
                .map_while(|word| word.parse().ok())
                .collect();
            ensure!(numbers.len() == 2, "the program says\n{transcript}");
            size = numbers[0];
            times.push(numbers[1]);
        }
    }
    let [together, alone, by_hand, by_hand_alone] = times.map(median);
    println!(
        "{engine}: chunk of {:.1} MB, medians of {ROUNDS} runs",
        size / 1e6
    );
    println!("8 threads load it together           {together:8.1} ms");
    println!("1 thread loads it alone              {alone:8.1} ms");
    println!("8 threads fetch and compile by hand  {by_hand:8.1} ms");
    println!("1 thread does so alone               {by_hand_alone:8.1} ms");
    println!("together : by hand  {:.3}", together / by_hand);
    println!("together : alone    {:.3}", together / alone);
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
