//! Makes one script of the glue and the files that it imports: bundlers copy the script of an audio thread as it is,
//! but nothing that it imports.

use std::collections::BTreeMap;

/// The glue with the files that it imports in it, each as a function that is called where it is first imported.
///
/// `text_of` knows the files by their paths from the glue. An import stays one where the file is not known, or not as
/// plain as wasm-bindgen's snippets usually are: it works where nobody moves the script.
pub(super) fn inline<'a>(glue: &'a str, text_of: impl Fn(&str) -> Option<&'a str>) -> String {
    // The files that are there already, and what each is called.
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    let mut inlined = String::new();
    for line in glue.split_inclusive('\n') {
        let Some((import, text)) = Import::read(line)
            .and_then(|import| Some((import, evaluated(import.path, text_of(import.path)?)?)))
        else {
            inlined += line;
            continue;
        };
        let number = files.len();
        let name = files.entry(import.path).or_insert_with(|| {
            let name = format!("__cleave_file{number}");
            inlined += &format!("const {name} = {text};\n");
            name
        });
        inlined += &format!("const {} = {name};\n", import.pattern());
    }
    inlined
}

/// `import { a, b as c } from './path';` or `import * as all from "./path"`.
#[derive(Clone, Copy)]
struct Import<'a> {
    path: &'a str,
    what: &'a str,
}

impl<'a> Import<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let line = line.trim_end().trim_end_matches(';');
        let (what, path) = line.strip_prefix("import ")?.split_once(" from ")?;
        let is_known = what.starts_with('{') || what.starts_with("* as ");
        let path = path.trim_matches(['\'', '"']).strip_prefix("./")?;
        is_known.then_some(Import { path, what })
    }

    /// What is declared, before the object of all that the file exports.
    fn pattern(&self) -> String {
        match self.what.strip_prefix("* as ") {
            Some(name) => name.to_string(),
            None => self.what.replace(" as ", ": "),
        }
    }
}

/// A file as an expression: the object of all that it exports. None if it is more than declarations, some of them
/// exported where they stand, or if it would behave differently in another place.
fn evaluated(path: &str, text: &str) -> Option<String> {
    // In a folder of its own, it has another URL than the script.
    if path.contains('/') && text.contains("import.meta") {
        return None;
    }
    let mut exports = Vec::new();
    let mut lines = String::new();
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        lines += without_export(line, &text[position..], &mut exports)?;
        position += line.len();
    }
    let exports = exports.join(", ");
    Some(format!(
        "(() => {{\n{}\nreturn {{ {exports} }};\n}})()",
        lines.trim_end()
    ))
}

/// A line of a file as it stands in a function; what it exports is added to `exports`. `rest` is the file from this
/// line on.
///
/// Variables that can change stay out: a script that imports one sees its changes, one that reads it from an object
/// does not.
fn without_export<'a>(line: &'a str, rest: &str, exports: &mut Vec<&'a str>) -> Option<&'a str> {
    const CONSTANT: &str = "const ";
    const DECLARATIONS: [&str; 6] = [
        "async function* ",
        "async function ",
        "function* ",
        "function ",
        "class ",
        CONSTANT,
    ];
    let Some(exported) = line.trim_start().strip_prefix("export") else {
        return (!line.trim_start().starts_with("import")).then_some(line);
    };
    let exported = exported.trim_start();
    let declared = DECLARATIONS
        .iter()
        .find_map(|word| exported.strip_prefix(word))?;
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let end = declared.find(|c| !is_part(c)).unwrap_or(declared.len());
    let name = &declared[..end];
    exports.push(name);
    let is_plain = !exported.starts_with(CONSTANT) || declares_one(rest);
    (!name.is_empty() && is_plain).then_some(exported)
}

/// Whether a declaration at the beginning of the text has one name only, as far as a look without a parser can say:
/// there is no comma outside of brackets and strings before it ends.
fn declares_one(text: &str) -> bool {
    let mut depth = 0;
    let mut quote = None;
    let mut last = ' ';
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(open), _) if open == char => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(char),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => return false,
            (None, ';') if depth == 0 => return true,
            // The next line goes on with a comma, or with what the operator wants.
            (None, '\n') if depth == 0 && !"=+-*/%&|?:<>.".contains(last) => {
                while chars.next_if(|next| next.is_whitespace()).is_some() {}
                return chars.peek() != Some(&',');
            }
            _ => {}
        }
        if !char.is_whitespace() {
            last = char;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(path: &str) -> Option<&'static str> {
        Some(match path {
            "plain.js" => {
                "// A comment.\nlet n = 1;\nexport function a() { return n; }\n  export async function b() {}\n\
                 export const c = 3"
            }
            "default.js" => "export default 1;\n",
            "list.js" => "const a = 1;\nexport { a };\n",
            "two.js" => "export const a = [1, 2], b = 2;\n",
            "two_lines.js" => "export const a = f('x,'),\n  b = 2;\n",
            "comma_first.js" => "export const a = 1\n  , b = 2\n",
            "changes.js" => "export let a = 1;\nexport function set(b) { a = b; }\n",
            "snippets/place.js" => "export const a = import.meta.url;\n",
            "one.js" => "export const a =\n  [1, 2]\nconst b = 1, c = 2;\n",
            "imports.js" => "import x from './x.js';\nexport const a = x;\n",
            _ => return None,
        })
    }

    #[test]
    fn plain_files_become_functions() {
        let glue = "first();\nimport { a, c as c2 } from './plain.js';\nimport * as all from \"./plain.js\"\nlast();\n";
        let expected = "first();\nconst __cleave_file0 = (() => {\n\
                        // A comment.\nlet n = 1;\nfunction a() { return n; }\n\
                        async function b() {}\nconst c = 3\nreturn { a, b, c };\n})();\n\
                        const { a, c: c2 } = __cleave_file0;\nconst all = __cleave_file0;\nlast();\n";
        assert_eq!(inline(glue, text_of), expected);
    }

    #[test]
    fn a_constant_may_have_commas_in_it() {
        let script = inline("import { a } from './one.js';\n", text_of);
        assert!(script.contains("return { a };"), "{script}");
    }

    #[test]
    fn others_stay_imports() {
        for line in [
            "import { a } from './default.js';\n",
            "import { a } from './list.js';\n",
            "import { a } from './imports.js';\n",
            "import { a } from './two.js';\n",
            "import * as all from './two.js';\n",
            "import { a } from './two_lines.js';\n",
            "import { a } from './comma_first.js';\n",
            "import { a } from './changes.js';\n",
            "import { a } from './snippets/place.js';\n",
            "import { a } from './unknown.js';\n",
            "import { a } from 'elsewhere';\n",
            "import * as all from './list.js';\n",
            "import a from './plain.js';\n",
            "export { a };\n",
        ] {
            assert_eq!(inline(line, text_of), line);
        }
    }
}
