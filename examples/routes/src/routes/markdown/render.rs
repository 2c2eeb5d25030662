//! From Markdown to HTML, with code in colours. No page needed.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};
use syntect::highlighting::{Theme, ThemeSet};
use syntect::html::highlighted_html_for_string;
use syntect::parsing::SyntaxSet;

/// The themes for a light and for a dark page; syntect ships both.
const LIGHT: &str = "InspiredGitHub";
const DARK: &str = "base16-ocean.dark";

/// Knows the languages and their colours.
pub(super) struct Renderer {
    languages: SyntaxSet,
    themes: ThemeSet,
}

/// A rendered text.
pub(super) struct Page {
    pub(super) html: String,
    pub(super) words: usize,
    pub(super) code_blocks: usize,
}

impl Renderer {
    pub(super) fn new() -> Self {
        Renderer {
            languages: SyntaxSet::load_defaults_newlines(),
            themes: ThemeSet::load_defaults(),
        }
    }

    /// Renders a text. HTML in it is shown, not obeyed: it may come from anywhere.
    pub(super) fn render(&self, source: &str, dark: bool) -> Page {
        let theme = self.themes.themes.get(if dark { DARK } else { LIGHT });
        let mut events = Vec::new();
        let mut words = 0;
        let mut code_blocks = 0;
        let mut code: Option<(String, String)> = None;
        for event in Parser::new_ext(source, Options::all()) {
            match (event, &mut code) {
                (Event::Start(Tag::CodeBlock(kind)), _) => {
                    code_blocks += 1;
                    code = Some((language(&kind), String::new()));
                }
                (Event::Text(text), Some((_, code))) => code.push_str(&text),
                (Event::End(TagEnd::CodeBlock), block) => {
                    let (language, code) = block.take().unwrap_or_default();
                    events.push(Event::Html(self.highlight(&code, &language, theme).into()));
                }
                (Event::Html(html) | Event::InlineHtml(html), _) => events.push(Event::Text(html)),
                (event, _) => {
                    if let Event::Text(text) = &event {
                        words += text.split_whitespace().count();
                    }
                    events.push(event);
                }
            }
        }
        let mut page = String::new();
        html::push_html(&mut page, events.into_iter().map(without_script));
        Page {
            html: page,
            words,
            code_blocks,
        }
    }

    /// The code in the colours of its language; plain where we do not know it.
    fn highlight(&self, code: &str, language: &str, theme: Option<&Theme>) -> String {
        let syntax = self
            .languages
            .find_syntax_by_token(language)
            .unwrap_or_else(|| self.languages.find_syntax_plain_text());
        theme
            .and_then(|theme| {
                highlighted_html_for_string(code, &self.languages, syntax, theme).ok()
            })
            .unwrap_or_else(|| {
                let mut plain = String::new();
                html::push_html(
                    &mut plain,
                    [Event::Text(CowStr::Borrowed(code))].into_iter(),
                );
                format!("<pre>{plain}</pre>")
            })
    }
}

/// The first word behind the fence.
fn language(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(info) => {
            let mut words = info.split([' ', ',']);
            words.next().unwrap_or_default().to_owned()
        }
        CodeBlockKind::Indented => String::new(),
    }
}

/// Takes the destination off links that would run script.
fn without_script(event: Event<'_>) -> Event<'_> {
    let Event::Start(Tag::Link {
        link_type,
        dest_url,
        title,
        id,
    }) = event
    else {
        return event;
    };
    let scheme = dest_url.split_once(':').map(|(scheme, _)| scheme.trim());
    let safe = scheme.is_none_or(|scheme| {
        ["http", "https", "mailto"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
    });
    Event::Start(Tag::Link {
        link_type,
        dest_url: if safe { dest_url } else { "#".into() },
        title,
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(source: &str, dark: bool) -> String {
        Renderer::new().render(source, dark).html
    }

    #[test]
    fn text_becomes_html() {
        assert_eq!(html("# One *two*\n", false), "<h1>One <em>two</em></h1>\n");
    }

    #[test]
    fn known_languages_have_colours_and_depend_on_the_theme() {
        let source = "```rust\nfn main() {}\n```\n";
        let (light, dark) = (html(source, false), html(source, true));
        assert!(
            light.contains("<span style=\"font-weight:bold;color:"),
            "{light}"
        );
        assert!(dark.contains("color:"), "{dark}");
        assert_ne!(light, dark);
    }

    #[test]
    fn code_of_unknown_languages_is_escaped() {
        let page = html("```nosuch\na < b\n```\n", false);
        assert!(page.contains("a &lt; b"), "{page}");
    }

    #[test]
    fn html_and_script_links_are_not_obeyed() {
        let page = html(
            "<b>x</b> [y](javascript:alert(1)) [z](https://a.example)",
            false,
        );
        assert!(page.contains("&lt;b&gt;"), "{page}");
        assert!(page.contains("<a href=\"#\">y</a>"), "{page}");
        assert!(page.contains("href=\"https://a.example\""), "{page}");
    }

    #[test]
    fn words_and_blocks_are_counted() {
        let page = Renderer::new().render("one two\n\n```\nthree\n```\n", false);
        assert_eq!((page.words, page.code_blocks), (2, 1));
    }
}
