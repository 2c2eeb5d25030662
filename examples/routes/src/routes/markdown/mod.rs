//! The route `markdown`: text on the left, what it means on the right.

mod render;

use std::rc::Rc;

use wasm_cleave::wasm_split;
use web_sys::{Element, HtmlTextAreaElement};

use crate::dom::{self, Listener, find};
use crate::route::{Opened, Route};
use render::Renderer;

/// Fills `host` with an editor and its preview.
#[wasm_split(markdown)]
pub(crate) fn open(host: &Element) -> Opened {
    host.set_inner_html(include_str!("page.html"));
    let editor: HtmlTextAreaElement = find(host, "textarea")?;
    editor.set_value(include_str!("sample.md"));
    let view = Rc::new(View {
        renderer: Renderer::new(),
        preview: find(host, ".preview")?,
        status: find(host, ".status")?,
        editor,
    });
    view.render();
    let edited = view.clone();
    let listener = Listener::new(&view.editor, "input", move |_| {
        edited.render();
        Ok(())
    })?;
    Ok(Box::new(Markdown {
        view,
        _listener: listener,
    }))
}

struct Markdown {
    view: Rc<View>,
    _listener: Listener,
}

impl Route for Markdown {
    fn recolour(&self) -> dom::Result {
        self.view.render();
        Ok(())
    }
}

struct View {
    renderer: Renderer,
    editor: HtmlTextAreaElement,
    preview: Element,
    status: Element,
}

impl View {
    fn render(&self) {
        let source = self.editor.value();
        let start = dom::now();
        let page = self.renderer.render(&source, dom::is_dark());
        let took = dom::now() - start;
        self.preview.set_inner_html(&page.html);
        self.status.set_text_content(Some(&format!(
            "{} words, {} code blocks, rendered in {took:.1} ms",
            page.words, page.code_blocks
        )));
    }
}
