//! Makes one script of the glue and the files that it imports: bundlers copy the script of an audio thread as it is, but
//! nothing that it imports.

/// The glue with the files that it imports in it, each as a function that is called in its place.
///
/// `text_of` knows the files by their paths from the glue. An import stays one where the file is not known, or not as
/// plain as wasm-bindgen's snippets are as a rule: it works where nobody moves the script.
pub(super) fn inline<'a>(glue: &str, text_of: impl Fn(&str) -> Option<&'a str>) -> String {
    let lines = glue.split_inclusive('\n');
    lines
        .map(|line| {
            let inlined = Import::read(line).and_then(|import| {
                let text = text_of(import.path)?;
                import.inlined(text)
            });
            inlined.unwrap_or_else(|| line.to_string())
        })
        .collect()
}

/// `import { a, b as c } from './path';`
struct Import<'a> {
    path: &'a str,
    /// Names in the file, and what each is called in the glue.
    names: Vec<(&'a str, &'a str)>,
}

impl<'a> Import<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let line = line.trim_end().trim_end_matches(';');
        let (names, path) = line.strip_prefix("import {")?.split_once("} from ")?;
        let pair = |name| str::split_once(name, " as ").unwrap_or((name, name));
        Some(Import {
            path: path.trim_matches(['\'', '"']).strip_prefix("./")?,
            names: names.split(',').map(str::trim).map(pair).collect(),
        })
    }

    /// None if the file is more than declarations, some of them exported where they stand.
    fn inlined(&self, text: &str) -> Option<String> {
        let lines: Option<String> = text.split_inclusive('\n').map(without_export).collect();
        let list = |name: fn(&(&str, &str)) -> String| -> String {
            let names: Vec<String> = self.names.iter().map(name).collect();
            names.join(", ")
        };
        let known = list(|(name, alias)| format!("{name}: {alias}"));
        let exported = list(|(name, _)| name.to_string());
        Some(format!(
            "const {{ {known} }} = (() => {{\n{}\nreturn {{ {exported} }};\n}})();\n",
            lines?.trim_end()
        ))
    }
}

/// A line of a file as it stands in a function.
fn without_export(line: &str) -> Option<&str> {
    const DECLARATIONS: [&str; 6] = [
        "function",
        "async function",
        "const ",
        "let ",
        "var ",
        "class ",
    ];
    let Some(exported) = line.trim_start().strip_prefix("export") else {
        return (!line.trim_start().starts_with("import")).then_some(line);
    };
    let exported = exported.trim_start();
    let is_plain = DECLARATIONS.iter().any(|word| exported.starts_with(word));
    is_plain.then_some(exported)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(path: &str) -> Option<&'static str> {
        Some(match path {
            "plain.js" => {
                "// A comment.\nlet n = 1;\nexport function a() { return n; }\n  export async function b() {}\nexport const c = 3"
            }
            "default.js" => "export default 1;\n",
            "list.js" => "const a = 1;\nexport { a };\n",
            "imports.js" => "import x from './x.js';\nexport const a = x;\n",
            _ => return None,
        })
    }

    #[test]
    fn plain_files_become_functions() {
        let glue = "first();\nimport { a, c as c2 } from './plain.js';\nlast();\n";
        let expected = "first();\nconst { a: a, c: c2 } = (() => {\n// A comment.\nlet n = 1;\nfunction a() { return n; }\n\
                        async function b() {}\nconst c = 3\nreturn { a, c };\n})();\nlast();\n";
        assert_eq!(inline(glue, text_of), expected);
    }

    #[test]
    fn others_stay_imports() {
        for line in [
            "import { a } from './default.js';\n",
            "import { a } from './list.js';\n",
            "import { a } from './imports.js';\n",
            "import { a } from './unknown.js';\n",
            "import { a } from 'elsewhere';\n",
            "import * as all from './plain.js';\n",
            "export { a };\n",
        ] {
            assert_eq!(inline(line, text_of), line);
        }
    }
}
