//! The route `charts`: numbers as text, drawn as lines, areas, bars or points.

mod plot;
mod series;
mod snapshot;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use wasm_cleave::wasm_split;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

use super::file::ObjectUrl;
use crate::dom::{self, Listener, Result, find};
use crate::route::{Opened, Route};
use plot::{Colours, Kind, Plot};
use series::Series;

/// Fills `host` with numbers and a chart of them.
#[wasm_split(charts)]
pub(crate) fn open(host: &Element) -> Opened {
    host.set_inner_html(include_str!("page.html"));
    let view = Rc::new(View {
        numbers: find(host, "textarea")?,
        title: find(host, "[name=title]")?,
        kind: find(host, "[name=kind]")?,
        smoothing: find(host, "[name=smoothing]")?,
        smoothed: find(host, "output")?,
        figure: find(host, ".chart")?,
        save: find(host, "[name=save]")?,
        status: find(host, ".status")?,
        drawn: RefCell::default(),
    });
    view.numbers.set_value(include_str!("sample.csv"));
    view.draw()?;
    let listeners = view.listen(host)?;
    Ok(Box::new(Charts {
        view,
        _listeners: listeners,
    }))
}

struct Charts {
    view: Rc<View>,
    _listeners: Vec<Listener>,
}

impl Route for Charts {
    fn recolour(&self) -> Result {
        self.view.draw()
    }
}

struct View {
    numbers: HtmlTextAreaElement,
    title: HtmlInputElement,
    kind: HtmlSelectElement,
    smoothing: HtmlInputElement,
    smoothed: Element,
    figure: HtmlElement,
    save: Element,
    status: Element,
    /// The chart on show.
    drawn: RefCell<String>,
}

impl View {
    fn listen(self: &Rc<Self>, host: &Element) -> Result<Vec<Listener>> {
        let (typed, resized, saved) = (self.clone(), self.clone(), self.clone());
        Ok(vec![
            Listener::new(host, "input", move |_| typed.draw())?,
            Listener::new(dom::window()?.as_ref(), "resize", move |_| resized.draw())?,
            Listener::new(&self.save, "click", move |_| {
                let view = saved.clone();
                spawn_local(async move { dom::report(view.save().await) });
                Ok(())
            })?,
        ])
    }

    /// Draws the chart. A mistake in the numbers is told, and the last good chart stays.
    fn draw(&self) -> Result {
        let smoothing = self.smoothing.value_as_number() as usize;
        self.smoothed.set_text_content(Some(&match smoothing {
            0 => "none".to_owned(),
            reach => format!("± {reach}"),
        }));
        let drawn = Series::read(&self.numbers.value()).and_then(|series| {
            let start = dom::now();
            let plot = Plot {
                title: &self.title.value(),
                kind: Kind::of_name(&self.kind.value()),
                size: self.room(),
                colours: if dom::is_dark() {
                    Colours::DARK
                } else {
                    Colours::LIGHT
                },
            };
            let svg = plot::draw(&plot, &series.smoothed(smoothing))?;
            Ok((svg, series.len(), dom::now() - start))
        });
        self.status
            .class_list()
            .toggle_with_force("wrong", drawn.is_err())?;
        match drawn {
            Ok((svg, points, took)) => {
                self.status.set_text_content(Some(&format!(
                    "{points} rows, {} of SVG drawn in {took:.1} ms",
                    super::file::size(svg.len())
                )));
                self.figure.set_inner_html(&svg);
                *self.drawn.borrow_mut() = svg;
            }
            Err(mistake) => self.status.set_text_content(Some(&mistake)),
        }
        Ok(())
    }

    /// The size of the chart on the page, in pixels.
    fn room(&self) -> (u32, u32) {
        let width = self.figure.client_width().max(280) as u32;
        (width, (width * 5 / 8).clamp(240, 520))
    }

    /// Saves the chart as a picture: this loads a module of its own, which charts do without as long as nobody saves.
    async fn save(&self) -> Result {
        self.save.set_attribute("aria-busy", "true")?;
        let svg = self.drawn.borrow().clone();
        let file = snapshot::png(&svg).await;
        self.save.remove_attribute("aria-busy")?;
        let told = match file {
            Ok(Ok(file)) => {
                ObjectUrl::new(&file, "image/png")?.save_as("chart.png")?;
                format!("Saved chart.png, {}", super::file::size(file.len()))
            }
            Ok(Err(reason)) => reason,
            Err(error) => error.to_string(),
        };
        self.status.set_text_content(Some(&told));
        Ok(())
    }
}
