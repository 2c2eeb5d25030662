//! An effect in the rack, as the page shows it: a strip with a name and buttons, a drawing and knobs.

use std::rc::Rc;

use web_sys::{Element, HtmlElement};

use super::deck::Deck;
use super::drawing::Drawing;
use super::knob::Knob;
use crate::dom::{self, Result, find};
use crate::effects::{Face, Kind};
use crate::rack::command::{Command, Id};
use crate::text;

pub(super) struct Unit {
    pub(super) id: Id,
    pub(super) kind: Kind,
    pub(super) item: HtmlElement,
    power: Element,
    reduction: Element,
    deck: Rc<Deck>,
}

impl Unit {
    pub(super) fn new(deck: &Rc<Deck>, id: Id, kind: Kind, face: Box<dyn Face>) -> Result<Self> {
        let item = dom::template("unit")?;
        item.set_attribute("data-kind", kind.name())?;
        item.set_attribute("aria-label", kind.title())?;
        find::<Element>(&item, "h3")?.set_text_content(Some(kind.title()));
        let unit = Unit {
            id,
            kind,
            power: find(&item, ".power")?,
            reduction: find(&item, ".reduction")?,
            item,
            deck: deck.clone(),
        };
        unit.add_controls(face)?;
        unit.listen_to_power()?;
        Ok(unit)
    }

    fn add_controls(&self, face: Box<dyn Face>) -> Result {
        let list: Element = find(&self.item, ".knobs")?;
        let knobs: Result<Vec<Knob>> = face.parameters().iter().map(Knob::new).collect();
        let knobs: Rc<[Knob]> = knobs?.into();
        let drawing = Rc::new(Drawing::new(&self.item, face, knobs.clone())?);
        let (deck, id) = (self.deck.clone(), self.id);
        let set = {
            let drawing = drawing.clone();
            move |parameter: usize, value: f32| {
                deck.send(Command::Set {
                    id,
                    parameter,
                    value,
                });
                drawing.draw()
            }
        };
        for (parameter, knob) in knobs.iter().enumerate() {
            list.append_child(&knob.item)?;
            let set = set.clone();
            knob.on_turn(move |value| set(parameter, value))?;
        }
        drawing.on_pull(move |parameter, value| {
            knobs[parameter].set(value)?;
            set(parameter, knobs[parameter].value())
        })
    }

    fn listen_to_power(&self) -> Result {
        let (deck, id, button) = (self.deck.clone(), self.id, self.power.clone());
        dom::listen(&self.power, "click", move |_| {
            let is_on = button.get_attribute("aria-pressed").as_deref() != Some("true");
            deck.send(Command::Enable { id, is_on });
            dom::set_flag(&button, "aria-pressed", is_on)
        })
    }

    /// Whether it is switched on.
    pub(super) fn is_on(&self) -> bool {
        self.power.get_attribute("aria-pressed").as_deref() == Some("true")
    }

    /// By how many decibels it holds the sound back.
    pub(super) fn show_reduction(&self, decibels: f32) -> Result {
        if self.kind != Kind::Compressor {
            return Ok(());
        }
        let text = text::value(-decibels, crate::effects::parameter::Unit::Decibels);
        self.reduction.set_text_content(Some(&text));
        let part = (decibels / 24.0).clamp(0.0, 1.0);
        dom::set_number(&self.item, "--reduction", f64::from(part))
    }
}
