//! The shell: what is on the page whatever the route, and how one gets from route to route.

mod bar;
mod panel;

use std::cell::{Cell, RefCell};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use wasm_cleave::Config;
use web_sys::{Element, Event, HtmlElement};

use crate::dom::{self, Listener, Result, find};
use crate::route::{Place, Route};
use bar::Bar;
use panel::Panel;

/// Takes over the page: from here on links lead to routes.
pub(crate) fn start() -> Result {
    // It lives as long as the page.
    let shell: &'static Shell = Box::leak(Box::new(Shell::new()?));
    wasm_cleave::configure(Config::new().on_progress(move |progress| {
        shell.bar.update();
        dom::report(shell.panel.update(&progress.chunk));
    }));
    shell.listen()?;
    shell.visit()
}

struct Shell {
    root: Element,
    home: Element,
    view: HtmlElement,
    bar: Bar,
    panel: Panel,
    /// Counts the visits, so that a load that has been left behind is known when it ends.
    visits: Cell<u32>,
    current: RefCell<Option<Box<dyn Route>>>,
    listeners: RefCell<Vec<Listener>>,
}

impl Shell {
    fn new() -> Result<Self> {
        let root = dom::document()?.document_element().ok_or(JsValue::NULL)?;
        Ok(Shell {
            home: find(&root, "#home")?,
            view: find(&root, "#view")?,
            bar: Bar::new(&root)?,
            panel: Panel::new(&root)?,
            visits: Cell::default(),
            current: RefCell::default(),
            listeners: RefCell::default(),
            root,
        })
    }

    fn listen(&'static self) -> Result {
        let window = dom::window()?;
        let mut listeners = vec![
            Listener::new(&window, "hashchange", |_| {
                self.visit()?;
                self.view.focus()
            })?,
            Listener::new(&self.root, "pointerover", |event| self.look_ahead(&event))?,
            Listener::new(&self.root, "focusin", |event| self.look_ahead(&event))?,
            Listener::new(&self.root, "click", |event| self.clicked(&event))?,
        ];
        if let Some(query) = window.match_media("(prefers-color-scheme: dark)")? {
            listeners.push(Listener::new(&query, "change", |_| self.recolour())?);
        }
        *self.listeners.borrow_mut() = listeners;
        Ok(())
    }

    /// Loads a route when idle, once the pointer or the focus is on its link.
    fn look_ahead(&self, event: &Event) -> Result {
        if let Some(link) = closest(event, "a[href^='#/']")? {
            let hash = link.get_attribute("href").unwrap_or_default();
            if let Some(place) = Place::of_hash(&hash) {
                place.split().prefetch();
            }
        }
        Ok(())
    }

    fn clicked(&'static self, event: &Event) -> Result {
        let Some(button) = closest(event, "[data-act]")? else {
            return Ok(());
        };
        match button.get_attribute("data-act").as_deref() {
            Some("retry") => self.visit(),
            Some("reload") => dom::window()?.location().reload(),
            Some("theme") => {
                let theme = if dom::is_dark() { "light" } else { "dark" };
                self.root.set_attribute("data-theme", theme)?;
                self.recolour()
            }
            _ => Ok(()),
        }
    }

    fn recolour(&self) -> Result {
        match &*self.current.borrow() {
            Some(route) => route.recolour(),
            None => Ok(()),
        }
    }

    /// Shows the place that the address means.
    fn visit(&'static self) -> Result {
        let hash = dom::window()?.location().hash()?;
        let place = Place::of_hash(&hash);
        self.visits.set(self.visits.get().wrapping_add(1));
        let left = self.current.take();
        drop(left);
        self.view.set_inner_html("");
        self.bar.end()?;
        dom::show(&self.home, place.is_none())?;
        self.mark_link(place.map_or("#/", Place::hash))?;
        if let Some(place) = place {
            spawn_local(async move { dom::report(self.open(place).await) });
        }
        Ok(())
    }

    /// Tells the links of the navigation, and the title of the page, where the visitor is.
    fn mark_link(&self, hash: &str) -> Result {
        if let Some(link) = self.root.query_selector("nav [aria-current]")? {
            link.remove_attribute("aria-current")?;
        }
        let mut selector = String::from("nav a[href='");
        selector.push_str(hash);
        selector.push_str("']");
        let link: Element = find(&self.root, &selector)?;
        link.set_attribute("aria-current", "page")?;
        let mut title = link.text_content().unwrap_or_default().trim().to_owned();
        title.push_str(" · Routes");
        dom::document()?.set_title(&title);
        Ok(())
    }

    /// Loads a route and puts it on the page, unless the visitor has gone on meanwhile.
    async fn open(&self, place: Place) -> Result {
        let visit = self.visits.get();
        let host = dom::document()?.create_element("div")?;
        host.set_class_name("route");
        self.view.append_child(&host)?;
        self.bar.begin(place.split())?;
        let opened = place.open(&host).await;
        if self.visits.get() != visit {
            return Ok(());
        }
        self.bar.end()?;
        match opened {
            Ok(Ok(route)) => {
                *self.current.borrow_mut() = Some(route);
                Ok(())
            }
            Ok(Err(error)) => self.apologise(&error, false),
            Err(error) => {
                let helpless = !error.is_retryable();
                self.apologise(&error.into(), helpless)
            }
        }
    }

    /// Shows what went wrong, and a button to try again; where that cannot help, one to reload the page, too.
    fn apologise(&self, error: &JsValue, helpless: bool) -> Result {
        let message = match error.dyn_ref::<js_sys::Error>() {
            Some(error) => String::from(error.message()),
            None => String::from("The route failed without saying why."),
        };
        let card = dom::template("error-card")?;
        find::<Element>(&card, ".message")?.set_text_content(Some(&message));
        dom::show(&find(&card, "[data-act=reload]")?, helpless)?;
        self.view.set_inner_html("");
        self.view.append_child(&card)?;
        Ok(())
    }
}

/// The element around what an event happened to that a selector matches.
fn closest(event: &Event, selector: &str) -> Result<Option<Element>> {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    match target {
        Some(target) => target.closest(selector),
        None => Ok(None),
    }
}
