//! Completes the pages that start the program: links that let the browser ask at once for what it would find out about
//! step by step.
//!
//! ```text
//!   without   page ─▶ glue ─▶ script, snippets
//!                          └▶ main                 three requests, one after the other
//!   with      page ─▶ glue, script, snippets, main
//! ```
//!
//! The links name what the page itself imports, in the same way. A page that does not name the glue in its own text
//! gets none, nor does a file that the page links or names already.

use std::cell::RefCell;

use lol_html::html_content::ContentType;
use lol_html::{RewriteStrSettings, element, rewrite_str};
use wasm_cleave_splitter::{File, FileNames};

/// Adds links to every page among the files; `files` are those of the program.
pub(crate) fn complete(pages: &mut [File], files: &[File], names: FileNames) {
    let is_page = |file: &&mut File| file.name.to_ascii_lowercase().ends_with(".html");
    for page in pages.iter_mut().filter(is_page) {
        let completed = str::from_utf8(&page.bytes)
            .ok()
            .and_then(|html| with_links(html, files, names));
        if let Some(completed) = completed {
            page.bytes = completed.into_bytes();
        }
    }
}

/// The page with links; none if nothing is to be added.
pub(crate) fn with_links(html: &str, files: &[File], names: FileNames) -> Option<String> {
    let folder = folder_of(html, &names.glue())?;
    let linked = linked(html)?;
    let main = names.main();
    let is_wanted = |name: &&str| {
        let is_known = match *name == main {
            // The page may give `init` another URL.
            true => html.contains(*name),
            false => linked.contains(&plain(&format!("{folder}{name}")).to_string()),
        };
        !is_known && names.is_first_loaded(name)
    };
    let wanted = files.iter().map(|file| file.name.as_str());
    let links: String = wanted
        .filter(is_wanted)
        .map(|name| link(&format!("{folder}{name}"), name == main))
        .collect();
    match links.is_empty() {
        true => None,
        false => insert(html, &links),
    }
}

/// Matches in Chromium and Firefox, not in WebKit, which gives a preloaded response to no later `fetch` but requests the
/// file again.
const REUSES_PRELOADS: &str = "(device-posture), (min--moz-device-pixel-ratio: 0)";

fn link(href: &str, is_main: bool) -> String {
    let href = href.replace('&', "&amp;").replace('"', "&quot;");
    match is_main {
        // With the mode of the glue's own `fetch`: otherwise the browser would fetch it twice.
        true => format!(
            "<link rel=\"preload\" href=\"{href}\" as=\"fetch\" type=\"application/wasm\" crossorigin \
             media=\"{REUSES_PRELOADS}\">\n"
        ),
        false => format!("<link rel=\"modulepreload\" href=\"{href}\">\n"),
    }
}

/// What stands before the glue's name where the page names it: `./` in `import init from './app.js'`.
fn folder_of<'a>(html: &'a str, glue: &str) -> Option<&'a str> {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    html.match_indices(glue).find_map(|(position, _)| {
        if !html[position + glue.len()..].starts_with(is_quote) {
            return None;
        }
        let before = &html[..position];
        let folder = &before[before.rfind(is_quote)? + 1..];
        let is_folder = folder.is_empty() || folder.ends_with('/');
        (is_folder && !folder.contains(char::is_whitespace)).then_some(folder)
    })
}

/// The same URL without a needless beginning.
fn plain(url: &str) -> &str {
    url.strip_prefix("./").unwrap_or(url)
}

/// What the page's own links preload.
fn linked(html: &str) -> Option<Vec<String>> {
    let found = RefCell::new(Vec::new());
    let note = element!("link[rel~='modulepreload'][href]", |link| {
        let href = link.get_attribute("href").unwrap_or_default();
        found.borrow_mut().push(plain(href.trim()).to_string());
        Ok(())
    });
    let settings = RewriteStrSettings::new().append_element_content_handler(note);
    rewrite_str(html, settings).ok()?;
    Some(found.into_inner())
}

/// Puts links before the first element that makes the browser ask for something; what decides how URLs are read,
/// `<base>` for example, comes before that too.
fn insert(html: &str, links: &str) -> Option<String> {
    let mut is_done = false;
    let add = element!("link, script, style, body", |first| {
        if !std::mem::replace(&mut is_done, true) {
            first.before(links, ContentType::Html);
        }
        Ok(())
    });
    let settings = RewriteStrSettings::new().append_element_content_handler(add);
    let completed = rewrite_str(html, settings).ok()?;
    (completed.len() > html.len()).then_some(completed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "<script type=module>import init from './app.js'; init();</script>";

    fn links(html: &str) -> Option<String> {
        let names = [
            "app-a-1.wasm",
            "app.cleave-worker.js",
            "app.cleave.js",
            "app.d.ts",
            "app.js",
            "app_bg.wasm",
            "snippets/x/inline0.js",
        ];
        let files = names.map(|name| File {
            name: name.to_string(),
            bytes: Vec::new(),
        });
        with_links(html, &files, FileNames::new("app"))
    }

    #[test]
    fn all_that_the_start_needs_is_linked_once() {
        let html = format!("<!doctype html><meta charset=utf-8><base href=/>{SCRIPT}");
        let expected = format!(
            "<!doctype html><meta charset=utf-8><base href=/>\
             <link rel=\"modulepreload\" href=\"./app.cleave.js\">\n\
             <link rel=\"modulepreload\" href=\"./app.js\">\n\
             <link rel=\"preload\" href=\"./app_bg.wasm\" as=\"fetch\" type=\"application/wasm\" crossorigin \
             media=\"(device-posture), (min--moz-device-pixel-ratio: 0)\">\n\
             <link rel=\"modulepreload\" href=\"./snippets/x/inline0.js\">\n{SCRIPT}"
        );
        let completed = links(&html).unwrap();
        assert_eq!(completed, expected);
        assert_eq!(links(&completed), None);
    }

    #[test]
    fn links_name_files_as_the_page_does() {
        for (script, main) in [
            ("import '/sub/app.js'", "\"/sub/app_bg.wasm\""),
            ("import(\"app.js\")", "\"app_bg.wasm\""),
            (
                "import 'https://a.example/?x&y/app.js'",
                "\"https://a.example/?x&amp;y/app_bg.wasm\"",
            ),
        ] {
            let completed = links(&format!("<script type=module>{script}</script>")).unwrap();
            assert!(completed.contains(main), "{completed}");
        }
    }

    #[test]
    fn what_the_page_links_itself_is_left_out() {
        let html = format!("<link rel='preload modulepreload' href=app.js>{SCRIPT}");
        let completed = links(&html).unwrap();
        assert_eq!(completed.matches("app.js").count(), 2, "{completed}");
        assert!(completed.contains("app_bg.wasm"));
        let html = format!("<link rel=preload as=fetch href=app_bg.wasm>{SCRIPT}");
        assert_eq!(links(&html).unwrap().matches("app_bg.wasm").count(), 1);
    }

    #[test]
    fn pages_that_do_not_start_the_program_stay_as_they_are() {
        for html in [
            "",
            "<p>app.js</p>",
            "<script src='myapp.js'></script>",
            "<script src='app.js.map'></script>",
        ] {
            assert_eq!(links(html), None, "{html}");
        }
    }
}
