//! The JavaScript files that tell the loader where the program's files lie, and that its threads run.

mod inline;

use wasm_cleave::contract;

use self::inline::inline;
use crate::{Emitted, File, Options, Target};

/// The files that main imports or starts; `bound` is what wasm-bindgen has made of it.
pub(crate) fn files(emitted: &Emitted, bound: &[File], options: &Options) -> Vec<File> {
    let chunks = emitted.manifest.chunks.iter();
    let chunks: Vec<_> = chunks.map(|chunk| chunk.file.as_str()).collect();
    scripts(&emitted.main, bound, &options.stem, &chunks, options.target)
}

fn scripts(main: &[u8], bound: &[File], stem: &str, chunks: &[&str], target: Target) -> Vec<File> {
    let names = |name: &str| {
        main.windows(name.len())
            .any(|window| window == name.as_bytes())
    };
    let has_threads = names(contract::THREAD_RUN);
    // There are no audio threads elsewhere.
    let has_audio = target == Target::Web && names(contract::AUDIO_START);
    let (base, start, worker) = match target {
        Target::Web => (
            include_str!("env/web.js"),
            include_str!("env/web_threads.js"),
            include_str!("env/web_worker.js"),
        ),
        Target::NodeJs => (
            include_str!("env/nodejs.js"),
            include_str!("env/nodejs_threads.js"),
            include_str!("env/nodejs_worker.js"),
        ),
    };
    let main_of = |script: &str| script.replace("./NAME.js", &format!("./{}.js", quoted(stem)));
    let mut files = Vec::new();
    if names(contract::ENV_FILE) {
        let mut text = with_chunks(base, chunks);
        if has_threads {
            text += start;
        }
        if has_audio {
            text += include_str!("env/web_audio.js");
            files.push(file(contract::WORKLET_FILE, worklet(bound, stem, &text)));
            let script = include_str!("env/web_processor.js").to_string();
            files.push(file(contract::PROCESSOR_FILE, script));
        }
        files.push(file(contract::ENV_FILE, text));
    }
    if has_threads {
        let worker = main_of(worker) + include_str!("env/begin.js");
        files.push(file(contract::WORKER_FILE, worker));
    }
    files
}

/// The script of the audio thread; `env` is the text of [`contract::ENV_FILE`].
fn worklet(bound: &[File], stem: &str, env: &str) -> String {
    let text_of = |name: &str| -> Option<&str> {
        let file = bound.iter().find(|file| file.name == name)?;
        str::from_utf8(&file.bytes).ok()
    };
    let glue = text_of(&format!("{stem}.js")).unwrap_or_default();
    let glue = inline(glue, |path| match path {
        contract::ENV_FILE => Some(env),
        _ => text_of(path),
    });
    include_str!("env/web_text.js").to_string()
        + &glue
        + include_str!("env/begin.js")
        + include_str!("env/web_worklet.js")
}

/// The script with each line that says `CHUNK` once for each chunk.
fn with_chunks(script: &str, chunks: &[&str]) -> String {
    let lines = script.split_inclusive('\n');
    lines
        .map(|line| match line.contains("CHUNK") {
            true => chunks
                .iter()
                .map(|chunk| line.replace("CHUNK", &quoted(chunk)))
                .collect(),
            false => line.to_string(),
        })
        .collect()
}

/// As it stands between the quotes of a string.
fn quoted(name: &str) -> String {
    name.replace('\\', "\\\\").replace('\'', "\\'")
}

fn file(name: &str, text: String) -> File {
    File {
        name: name.to_string(),
        bytes: text.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREADS: &str = "./wasm-cleave-env.js __cleave_thread";

    const GLUE: &str = "import { base, worker as worker2 } from './wasm-cleave-env.js';
import { user } from './snippets/user.js';
import { other } from './snippets/other.js';
export { initSync };
";

    fn text(main: &str, target: Target) -> Vec<(String, String)> {
        let chunks = ["app-a-1.wasm", "app-b's-2.wasm"];
        let bound = [
            file("app.js", GLUE.to_string()),
            file("snippets/other.js", "export default 1;".to_string()),
            file("snippets/user.js", "export function user() {}".to_string()),
        ];
        let files = scripts(main.as_bytes(), &bound, "app", &chunks, target).into_iter();
        files
            .map(|file| (file.name, String::from_utf8(file.bytes).unwrap()))
            .collect()
    }

    #[test]
    fn programs_without_threads_get_one_small_file() {
        for target in [Target::Web, Target::NodeJs] {
            assert!(text("nothing", target).is_empty());
            let files = text("./wasm-cleave-env.js", target);
            assert_eq!(files.len(), 1);
            assert!(!files[0].1.contains("worker"), "{}", files[0].1);
        }
    }

    #[test]
    fn the_files_know_the_names_of_the_contract() {
        for target in [Target::Web, Target::NodeJs] {
            let files = text(THREADS, target);
            let [(env, starts), (worker, runs)] = &files[..] else {
                panic!("{files:?}");
            };
            assert_eq!(env, contract::ENV_FILE);
            assert_eq!(worker, contract::WORKER_FILE);
            for name in [
                contract::ENV_BASE,
                contract::ENV_LOCATE,
                contract::ENV_WORKER,
                contract::WORKER_FILE,
            ] {
                assert!(starts.contains(name), "{name}");
            }
            for name in [
                contract::THREAD_RUN,
                contract::GIVEN_STACK,
                contract::GIVEN_TLS,
                "'./app.js'",
            ] {
                assert!(runs.contains(name), "{name}");
            }
        }
    }

    #[test]
    fn audio_gets_scripts_in_pages() {
        let main = format!("{THREADS} {}", contract::AUDIO_START);
        assert_eq!(text(&main, Target::NodeJs), text(THREADS, Target::NodeJs));
        let files = text(&main, Target::Web);
        let [(worklet, script), (processor, processors), (_, env), _] = &files[..] else {
            panic!("{files:?}");
        };
        assert_eq!(worklet, contract::WORKLET_FILE);
        assert_eq!(processor, contract::PROCESSOR_FILE);
        for name in [
            contract::ENV_WORKLET,
            contract::WORKLET_FILE,
            contract::PROCESSOR_FILE,
        ] {
            assert!(env.contains(name), "{name}");
        }
        for name in [
            contract::AUDIO_START,
            contract::AUDIO_LINK,
            contract::AUDIO_FAIL,
            contract::AUDIO_PROCESS,
        ] {
            assert!(script.contains(name), "{name}");
        }
        let imports = |script: &str| -> Vec<String> {
            let lines = script.lines().filter(|line| line.starts_with("import "));
            lines.map(str::to_string).collect()
        };
        assert_eq!(
            imports(script),
            ["import { other } from './snippets/other.js';"]
        );
        assert!(imports(processors).is_empty());
        let (text, glue) = script
            .split_once("const __cleave_file0 = (() => {\n")
            .unwrap();
        assert_eq!(text, include_str!("env/web_text.js"));
        assert!(glue.contains("__cleave_begin"));
        assert!(script.contains("\nfunction worker(start) {\n"));
        assert!(script.contains("\nconst { base, worker: worker2 } = __cleave_file0;\n"));
    }

    #[test]
    fn bundlers_find_the_chunks() {
        let files = text("./wasm-cleave-env.js", Target::Web);
        for line in [
            "  'app-a-1.wasm': () => new URL('./app-a-1.wasm', import.meta.url),\n",
            "  'app-b\\'s-2.wasm': () => new URL('./app-b\\'s-2.wasm', import.meta.url),\n",
        ] {
            assert_eq!(files[0].1.matches(line).count(), 1, "{}", files[0].1);
        }
    }

    #[test]
    fn bundlers_find_the_worker() {
        let pattern = format!(
            "new Worker(new URL('./{}', import.meta.url), {{ type: 'module' }})",
            contract::WORKER_FILE
        );
        assert!(text(THREADS, Target::Web)[0].1.contains(&pattern));
    }
}
