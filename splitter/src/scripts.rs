//! The scripts of a program beside its glue: where its files are, and what its threads run.

mod inline;
#[cfg(test)]
mod message_tests;

use wasm_cleave_contract as contract;
use wasmparser::{Parser, Payload};

use self::inline::inline;
use crate::file_names::FileNames;
use crate::program::{Emitted, File, Options, Target};

/// What wasm-bindgen has made of main, with the files that it imports or starts.
pub(crate) fn files(emitted: &Emitted, mut bound: Vec<File>, options: &Options) -> Vec<File> {
    let names = FileNames::new(&options.stem);
    let glue = names.glue();
    let glue = bound.iter_mut().find(|file| file.name == glue);
    let imports = glue.is_some_and(|glue| import_script(&mut glue.bytes, names));
    let needs = Needs {
        script: imports,
        threads: exports(&bound, names, contract::THREAD_RUN),
        // There are no audio threads elsewhere.
        audio: options.target == Target::Web && exports(&bound, names, contract::AUDIO_START),
    };
    let chunks = emitted.manifest.chunks.iter();
    let chunks: Vec<_> = chunks.map(|chunk| chunk.file.as_str()).collect();
    let scripts = scripts(needs, &bound, names, &chunks, options.target);
    bound.extend(scripts);
    bound
}

/// Whether main, as wasm-bindgen has left it, exports something of this name.
fn exports(bound: &[File], names: FileNames, name: &str) -> bool {
    let main = names.main();
    let Some(main) = bound.iter().find(|file| file.name == main) else {
        return false;
    };
    let payloads = Parser::new(0).parse_all(&main.bytes).map_while(Result::ok);
    let mut sections = payloads.filter_map(|payload| match payload {
        Payload::ExportSection(section) => Some(section),
        _ => None,
    });
    sections.any(|section| {
        let mut exports = section.into_iter().map_while(Result::ok);
        exports.any(|export| export.name == name)
    })
}

/// What a program has that its scripts serve.
#[derive(Clone, Copy, Debug)]
struct Needs {
    /// The glue imports the program's script.
    script: bool,
    /// Threads of the loader.
    threads: bool,
    /// Audio threads.
    audio: bool,
}

/// Names the program's script in the glue, which imports it by the name that the loader's bindings have. Returns
/// whether the glue imports it.
fn import_script(glue: &mut Vec<u8>, names: FileNames) -> bool {
    let Ok(before) = str::from_utf8(glue) else {
        return false;
    };
    let mut text = before.to_string();
    // As wasm-bindgen 0.2.130 writes imports, for Node after `String.raw`, where nothing is escaped. The same string as
    // a key of the import object is the name of main's import, which stays.
    for (before, quote) in [
        ("from ", '\''),
        ("from ", '"'),
        ("require(", '\''),
        ("require(", '"'),
        ("require(String.raw", '`'),
    ] {
        let literal = |name: &str| format!("{before}{quote}./{name}{quote}");
        let script = match quote {
            '`' => names.script(),
            _ => quoted(&names.script()),
        };
        text = text.replace(&literal(contract::ENV_FILE), &literal(&script));
    }
    let does_import = text != before;
    *glue = text.into_bytes();
    does_import
}

fn scripts(
    needs: Needs,
    bound: &[File],
    names: FileNames,
    chunks: &[&str],
    target: Target,
) -> Vec<File> {
    let (base, start, worker) = match target {
        Target::Web => (
            include_str!("scripts/web.js"),
            include_str!("scripts/web_threads.js"),
            include_str!("scripts/web_worker.js"),
        ),
        Target::NodeJs => (
            include_str!("scripts/nodejs.js"),
            include_str!("scripts/nodejs_threads.js"),
            include_str!("scripts/nodejs_worker.js"),
        ),
    };
    let stem = quoted(names.stem());
    let named = |script: &str| script.replace("./NAME.", &format!("./{stem}."));
    let mut files = Vec::new();
    if needs.script {
        let mut text = with_chunks(base, chunks);
        if needs.threads {
            text += start;
            text += include_str!("scripts/threads.js");
        }
        if needs.audio {
            text += include_str!("scripts/web_audio.js");
        }
        let text = named(&text);
        if needs.audio {
            files.push(file(names.worklet(), worklet(bound, names, &text)));
            let script = include_str!("scripts/web_processor.js").to_string();
            files.push(file(names.processor(), script));
        }
        files.push(file(names.script(), text));
    }
    if needs.threads {
        let worker =
            named(worker) + include_str!("scripts/worker.js") + include_str!("scripts/begin.js");
        files.push(file(names.worker(), worker));
    }
    files
}

/// The script of the audio thread; `script` is the text of the program's script.
fn worklet(bound: &[File], names: FileNames, script: &str) -> String {
    let text_of = |name: &str| -> Option<&str> {
        let file = bound.iter().find(|file| file.name == name)?;
        str::from_utf8(&file.bytes).ok()
    };
    let glue = text_of(&names.glue()).unwrap_or_default();
    let name = names.script();
    let glue = inline(glue, |path| match path == name {
        true => Some(script),
        false => text_of(path),
    });
    include_str!("scripts/web_text.js").to_string()
        + &glue
        + include_str!("scripts/begin.js")
        + include_str!("scripts/web_worklet.js")
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

fn file(name: String, text: String) -> File {
    File {
        name,
        bytes: text.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{ExportKind, ExportSection, Module};

    const SCRIPT: Needs = Needs {
        script: true,
        threads: false,
        audio: false,
    };
    const THREADS: Needs = Needs {
        threads: true,
        ..SCRIPT
    };
    const AUDIO: Needs = Needs {
        audio: true,
        ..THREADS
    };

    const NAMES: fn() -> FileNames<'static> = || FileNames::new("app");

    const GLUE: &str = "import { base, worker as worker2 } from './app.cleave.js';
import { user } from './snippets/user.js';
import { other } from './snippets/other.js';
export { initSync };
";

    fn text(needs: Needs, target: Target) -> Vec<(String, String)> {
        let chunks = ["app-a-1.wasm", "app-b's-2.wasm"];
        let bound = [
            file("app.js".into(), GLUE.into()),
            file("snippets/other.js".into(), "export default 1;".into()),
            file(
                "snippets/user.js".into(),
                "export function user() {}".into(),
            ),
        ];
        let files = scripts(needs, &bound, NAMES(), &chunks, target).into_iter();
        files
            .map(|file| (file.name, String::from_utf8(file.bytes).unwrap()))
            .collect()
    }

    #[test]
    fn programs_without_threads_get_one_small_file() {
        for target in [Target::Web, Target::NodeJs] {
            let nothing = Needs {
                script: false,
                ..SCRIPT
            };
            assert!(text(nothing, target).is_empty());
            let files = text(SCRIPT, target);
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
            assert_eq!(*env, NAMES().script());
            assert_eq!(*worker, NAMES().worker());
            let worker = NAMES().worker();
            for name in [
                contract::ENV_BASE,
                contract::ENV_LOCATE,
                contract::ENV_WORKER,
                &worker,
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

    /// Main with exports of these names.
    fn main(names: &[&str]) -> File {
        let mut exports = ExportSection::new();
        for name in names {
            exports.export(name, ExportKind::Func, 0);
        }
        let mut module = Module::new();
        module.section(&exports);
        File {
            name: NAMES().main(),
            bytes: module.finish(),
        }
    }

    #[test]
    fn the_exports_of_main_say_which_scripts_it_needs() {
        let bound = [
            file(NAMES().glue(), contract::AUDIO_START.into()),
            main(&["run", contract::THREAD_RUN]),
        ];
        assert!(exports(&bound, NAMES(), contract::THREAD_RUN));
        assert!(!exports(&bound, NAMES(), contract::AUDIO_START));
        // Part of a name is not the name.
        assert!(!exports(&bound, NAMES(), "__cleave"));
    }

    #[test]
    fn main_without_exports_and_no_main_at_all_need_no_script() {
        let [nothing, damaged] = [&b"\0asm\x01\0\0\0"[..], b"\0asm"].map(|bytes| File {
            name: NAMES().main(),
            bytes: bytes.to_vec(),
        });
        for bound in [&[nothing][..], &[damaged], &[main(&[])], &[]] {
            assert!(!exports(bound, NAMES(), contract::THREAD_RUN));
        }
    }

    #[test]
    fn the_glue_imports_the_script_of_its_program() {
        let before = "import { a } from './wasm-cleave-env.js';\n\
                      require(String.raw`./wasm-cleave-env.js`)\n\
                      \"./wasm-cleave-env.js\": import1";
        let mut glue = before.as_bytes().to_vec();
        assert!(import_script(&mut glue, FileNames::new("it's")));
        assert!(!import_script(&mut glue, FileNames::new("it's")));
        let after = "import { a } from './it\\'s.cleave.js';\n\
                     require(String.raw`./it's.cleave.js`)\n\
                     \"./wasm-cleave-env.js\": import1";
        assert_eq!(str::from_utf8(&glue).unwrap(), after);
    }

    #[test]
    fn audio_gets_scripts_in_pages() {
        let files = text(AUDIO, Target::Web);
        let [(worklet, script), (processor, processors), (_, env), _] = &files[..] else {
            panic!("{files:?}");
        };
        assert_eq!(*worklet, NAMES().worklet());
        assert_eq!(*processor, NAMES().processor());
        for name in [contract::ENV_WORKLET, worklet, processor] {
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
        assert_eq!(text, include_str!("scripts/web_text.js"));
        assert!(glue.contains("__cleave_begin"));
        assert!(script.contains("\nfunction worker(start) {\n"));
        assert!(script.contains("\nconst { base, worker: worker2 } = __cleave_file0;\n"));
    }

    #[test]
    fn bundlers_find_the_chunks() {
        let files = text(SCRIPT, Target::Web);
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
            NAMES().worker()
        );
        assert!(text(THREADS, Target::Web)[0].1.contains(&pattern));
    }
}
