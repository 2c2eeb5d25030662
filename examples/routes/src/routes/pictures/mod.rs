//! The route `pictures`: a picture goes in, another comes out, and the times that it took.

mod work;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use wasm_cleave::wasm_split;
use web_sys::{
    DragEvent, Element, Event, File, HtmlImageElement, HtmlInputElement, HtmlSelectElement,
};

use super::file::{self, ObjectUrl};
use crate::dom::{self, Listener, Result, find};
use crate::route::{Opened, Route};
use work::{Format, Picture, Recipe};

/// The picture that is there before the visitor brings one.
const SHIPPED: &str = "evening.jpg";

/// Fills `host` with a picture and the controls of what is done to it.
#[wasm_split(pictures)]
pub(crate) async fn open(host: &Element) -> Opened {
    let shipped = file::fetch(SHIPPED).await?;
    host.set_inner_html(include_str!("page.html"));
    let view = Rc::new(View {
        drop_zone: find(host, ".drop")?,
        picker: find(host, "input[type=file]")?,
        width: find(host, "[name=width]")?,
        blur: find(host, "[name=blur]")?,
        turn: find(host, "[name=turn]")?,
        format: find(host, "[name=format]")?,
        quality: find(host, "[name=quality]")?,
        labels: find(host, "form")?,
        result: find(host, ".result")?,
        facts: find(host, ".facts")?,
        save: find(host, "[name=save]")?,
        source: RefCell::default(),
        made: RefCell::default(),
    });
    view.load(SHIPPED, &shipped)?;
    let listeners = view.listen()?;
    Ok(Box::new(Pictures {
        _listeners: listeners,
    }))
}

struct Pictures {
    _listeners: Vec<Listener>,
}

impl Route for Pictures {}

struct View {
    drop_zone: Element,
    picker: HtmlInputElement,
    width: HtmlInputElement,
    blur: HtmlInputElement,
    turn: HtmlSelectElement,
    format: HtmlSelectElement,
    quality: HtmlInputElement,
    labels: Element,
    result: HtmlImageElement,
    facts: Element,
    save: Element,
    source: RefCell<Option<Source>>,
    made: RefCell<Option<Made>>,
}

/// What the visitor brought.
struct Source {
    name: String,
    bytes: usize,
    picture: Picture,
    decoded_in: f64,
}

/// What we made of it: the file on show, and the name to save it under.
struct Made {
    url: ObjectUrl,
    name: String,
}

impl View {
    fn listen(self: &Rc<Self>) -> Result<Vec<Listener>> {
        Ok(vec![
            self.on(&self.labels, "change", |view, _| view.work())?,
            self.on(&self.labels, "input", |view, _| view.label())?,
            self.on(&self.labels, "submit", |_, event| {
                event.prevent_default();
                Ok(())
            })?,
            self.on(&self.picker, "change", |view, _| {
                view.take(view.picker.files().and_then(|files| files.get(0)));
                Ok(())
            })?,
            self.on(&self.drop_zone, "dragover", |view, event| {
                event.prevent_default();
                view.drop_zone.class_list().add_1("over")
            })?,
            self.on(&self.drop_zone, "dragleave", |view, _| {
                view.drop_zone.class_list().remove_1("over")
            })?,
            self.on(&self.drop_zone, "drop", |view, event| {
                event.prevent_default();
                view.drop_zone.class_list().remove_1("over")?;
                let dropped: DragEvent = event.dyn_into()?;
                let files = dropped.data_transfer().and_then(|data| data.files());
                view.take(files.and_then(|files| files.get(0)));
                Ok(())
            })?,
            self.on(&self.save, "click", |view, _| match &*view.made.borrow() {
                Some(made) => made.url.save_as(&made.name),
                None => Ok(()),
            })?,
        ])
    }

    fn on(
        self: &Rc<Self>,
        target: &Element,
        kind: &'static str,
        act: impl Fn(&Rc<Self>, Event) -> Result + 'static,
    ) -> Result<Listener> {
        let view = self.clone();
        Listener::new(target, kind, move |event| act(&view, event))
    }

    /// Reads a file of the visitor's and works on it.
    fn take(self: &Rc<Self>, file: Option<File>) {
        let Some(file) = file else { return };
        let view = self.clone();
        spawn_local(async move {
            let loaded = match file::read(&file).await {
                Ok(bytes) => view.load(&file.name(), &bytes),
                Err(error) => Err(error),
            };
            dom::report(loaded);
        });
    }

    /// Decodes a picture and works on it; one that cannot be decoded leaves the earlier one in place.
    fn load(&self, name: &str, bytes: &[u8]) -> Result {
        let start = dom::now();
        match work::decode(bytes) {
            Ok(picture) => {
                let decoded_in = dom::now() - start;
                *self.source.borrow_mut() = Some(Source {
                    name: name.to_owned(),
                    bytes: bytes.len(),
                    picture,
                    decoded_in,
                });
                self.work()
            }
            Err(error) => {
                self.facts
                    .set_text_content(Some(&format!("Cannot read {name}: {error}")));
                Ok(())
            }
        }
    }

    fn recipe(&self) -> Recipe {
        Recipe {
            percent: self.width.value_as_number() as u32,
            blur: self.blur.value_as_number() as f32,
            quarter_turns: self.turn.value().parse().unwrap_or_default(),
            format: match self.format.value().as_str() {
                "png" => Format::Png,
                _ => Format::Jpeg(self.quality.value_as_number() as u8),
            },
        }
    }

    /// Shows the value of each slider beside it.
    fn label(&self) -> Result {
        for (slider, unit) in [
            (&self.width, " %"),
            (&self.blur, " px"),
            (&self.quality, ""),
        ] {
            let label: Element = find(&self.labels, &format!("output[for={}]", slider.id()))?;
            label.set_text_content(Some(&format!("{}{unit}", slider.value())));
        }
        let png = self.format.value() == "png";
        self.quality.set_disabled(png);
        Ok(())
    }

    /// Makes the picture that the controls ask for, and shows it.
    fn work(&self) -> Result {
        self.label()?;
        let source = self.source.borrow();
        let Some(source) = &*source else {
            return Ok(());
        };
        let recipe = self.recipe();
        let start = dom::now();
        let changed = work::change(&source.picture, recipe);
        let changed_at = dom::now();
        let file = match work::encode(&changed, recipe.format) {
            Ok(file) => file,
            Err(error) => {
                self.facts
                    .set_text_content(Some(&format!("Cannot encode it: {error}")));
                return Ok(());
            }
        };
        let done = dom::now();
        let url = ObjectUrl::new(&file, recipe.format.mime())?;
        self.result.set_src(url.as_str());
        let stem = source
            .name
            .rsplit_once('.')
            .map_or(&*source.name, |(stem, _)| stem);
        self.result
            .set_alt(&format!("{stem}, changed as the controls say"));
        *self.made.borrow_mut() = Some(Made {
            url,
            name: format!("{stem}-changed.{}", recipe.format.extension()),
        });
        self.facts.set_inner_html("");
        let before = format!(
            "{} × {}, {}",
            source.picture.width(),
            source.picture.height(),
            file::size(source.bytes)
        );
        let after = format!(
            "{} × {}, {}",
            changed.width(),
            changed.height(),
            file::size(file.len())
        );
        for (term, fact) in [
            ("Before", before),
            ("After", after),
            ("Decoded in", format!("{:.0} ms", source.decoded_in)),
            ("Changed in", format!("{:.0} ms", changed_at - start)),
            ("Encoded in", format!("{:.0} ms", done - changed_at)),
        ] {
            self.fact(term, &fact)?;
        }
        Ok(())
    }

    fn fact(&self, term: &str, fact: &str) -> Result {
        let document = dom::document()?;
        let group = document.create_element("div")?;
        for (tag, text) in [("dt", term), ("dd", fact)] {
            let part = document.create_element(tag)?;
            part.set_text_content(Some(text));
            group.append_child(&part)?;
        }
        self.facts.append_child(&group)?;
        Ok(())
    }
}
