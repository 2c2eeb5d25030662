//! What is added to pages: the script that reloads them, and pages where the package has none.

use super::state::Status;

/// Path of the script.
pub(super) const CLIENT_PATH: &str = "/__wasm-cleave/client.js";

/// Path of the events that the script listens to.
pub(super) const EVENTS_PATH: &str = "/__wasm-cleave/events";

/// The script.
pub(super) const CLIENT: &str = include_str!("client.js");

/// A page with the script in it, which gets to know of which build the page is.
pub(super) fn with_client(html: &str, status: &Status) -> String {
    let script = format!(
        "<script src=\"{CLIENT_PATH}\" data-build=\"{}\"></script>\n",
        status.build
    );
    // Only ASCII letters change, so positions stay the same.
    let end = html.to_ascii_lowercase().rfind("</body>");
    let (before, after) = html.split_at(end.unwrap_or(html.len()));
    format!("{before}{script}{after}")
}

/// A page whose relative URLs mean what they mean in the page of the root, unless it says itself what they mean.
pub(super) fn with_base(html: &str) -> String {
    let tag = |name| end_of_tag(html, name);
    if tag("base").is_some() {
        return html.to_string();
    }
    // Before all that has a URL, and in the head, which need not be written.
    let place = tag("head").or(tag("html")).or(tag("!doctype"));
    let (before, after) = html.split_at(place.unwrap_or(0));
    format!("{before}<base href=\"/\">{after}")
}

/// Where the first tag of a name ends.
fn end_of_tag(html: &str, name: &str) -> Option<usize> {
    // Only ASCII letters change, so positions stay the same.
    let lower = html.to_ascii_lowercase();
    let is_tag = |start: usize| {
        let rest = lower[start..].strip_prefix('<')?.strip_prefix(name)?;
        let ends_name = |c: char| c.is_ascii_whitespace() || c == '>' || c == '/';
        if !rest.starts_with(ends_name) {
            return None;
        }
        Some(start + lower[start..].find('>')? + 1)
    };
    lower
        .match_indices('<')
        .find_map(|(start, _)| is_tag(start))
}

/// What is shown before the first good build.
pub(super) fn before_first_build() -> String {
    document("wasm-cleave", "")
}

/// The page of a package that has none: it starts the program.
pub(super) fn of_program(stem: &str) -> String {
    let start = format!("import init from \"./{stem}.js\"; await init();");
    document(stem, &format!("<script type=\"module\">{start}</script>\n"))
}

fn document(title: &str, script: &str) -> String {
    format!(
        "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n{script}</head>\n<body>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> Status {
        Status {
            build: "b1".into(),
            error: None,
        }
    }

    #[test]
    fn the_script_goes_to_the_end_of_the_body() {
        let page = with_client("<body>ÄÖ</BODY></html>", &status());
        let (before, after) = page.split_once("<script").unwrap();
        assert_eq!(before, "<body>ÄÖ");
        assert!(after.contains("data-build=\"b1\""), "{after}");
        assert!(after.ends_with("</BODY></html>"), "{after}");
    }

    #[test]
    fn a_page_without_a_body_gets_it_too() {
        assert!(with_client("<p>text", &status()).starts_with("<p>text<script"));
    }

    #[test]
    fn a_page_gets_a_base_before_its_urls_unless_it_has_one() {
        let base = "<base href=\"/\">";
        for (before, after) in [
            ("<!doctype html><html><HEAD lang=\"ä\">", "<link href=a>"),
            ("<html>", "<header></header>"),
            ("<!DOCTYPE html>\n".trim_end(), "\n<p>text"),
            ("", "<basefont><p>text"),
        ] {
            let page = with_base(&format!("{before}{after}"));
            assert_eq!(page, format!("{before}{base}{after}"));
        }
        let own = "<head><base\nhref=\"/app/\"></head>";
        assert_eq!(with_base(own), own);
    }
}
