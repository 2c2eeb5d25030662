//! Two programs on the audio thread of one context, as plug-ins of different makers are, in three engines.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use wasm_cleave_splitter::Target;
use wasm_cleave_tests::browser::{Browser, Engine, despite_crashes};
use wasm_cleave_tests::program::{Shape, prepare};
use wasm_cleave_tests::server::Server;
use wasm_cleave_tests::threads;

/// Lets programs that want a context have the same one, renders what they play, and shows the first of its samples.
const PAGE: &str = r#"<!doctype html>
<script type="module">
  const context = new OfflineAudioContext(1, 4800, 48000);
  globalThis.AudioContext = function AudioContext() { return context; };
  try {
    for (const program of new URLSearchParams(location.search).getAll('play')) {
      const { default: init, run } = await import(`./${program}/app.js`);
      await init();
      await run();
    }
    const rendered = await context.startRendering();
    window.samples = [...rendered.getChannelData(0).subarray(0, 480)];
  } catch (error) {
    window.samples = `${error}`;
  }
</script>
"#;

fn neighbours_play_together(engine: Engine) -> Result<()> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let linked = &threads::build(scratch, &["shortest"])?["shortest"];
    let site = scratch.join("neighbours").join(engine.to_string());
    // The same program as two: what each has on the audio thread has the same names.
    for name in ["one", "two"] {
        prepare(linked, &site.join(name), Shape::Split, Target::Web)?;
    }
    fs::write(site.join("index.html"), PAGE)?;
    let server = Server::start(&site)?;
    despite_crashes(|| {
        let browser = Browser::start(engine)?;
        let samples = |query: &str| -> Result<Vec<f32>> {
            browser.open(&server.url(query))?;
            browser.wait_for("window.samples")?;
            let samples = browser.execute("return window.samples")?;
            ensure!(samples.is_array(), "{samples}");
            Ok(serde_json::from_value(samples)?)
        };
        let alone = samples("?play=one")?;
        ensure!(alone.iter().any(|&sample| sample > 0.1), "nobody plays");
        let together = samples("?play=one&play=two")?;
        let twice: Vec<f32> = alone.iter().map(|sample| 2.0 * sample).collect();
        ensure!(
            together == twice,
            "sample 100 is {} with both, and {} with one",
            together[100],
            alone[100]
        );
        Ok(())
    })
}

#[test]
fn audio_neighbours_play_together_in_chromium() -> Result<()> {
    neighbours_play_together(Engine::Chromium)
}

#[test]
fn audio_neighbours_play_together_in_firefox() -> Result<()> {
    neighbours_play_together(Engine::Firefox)
}

#[test]
fn audio_neighbours_play_together_in_webkit() -> Result<()> {
    neighbours_play_together(Engine::WebKit)
}
