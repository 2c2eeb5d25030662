//! The rack on the page: which effects are in it, in which order, and how that changes.
//!
//! An effect is faded out before it is moved or taken out: nothing that is heard jumps.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement, PointerEvent};

use super::deck::Deck;
use super::unit::Unit;
use crate::dom::{self, Result, find};
use crate::effects::{Effect, Face, Kind};
use crate::rack::SLOTS;
use crate::rack::command::{Command, Event, Id};

pub(super) struct Units {
    deck: Rc<Deck>,
    list: Element,
    hint: Element,
    /// In the order in which the sound goes through them.
    units: RefCell<Vec<Unit>>,
    next: Cell<u32>,
    /// Places for effects whose code is on its way, or that are being faded out.
    reserved: Cell<usize>,
}

/// A place in the rack that is kept.
pub(super) struct Place {
    button: HtmlElement,
}

impl Units {
    pub(super) fn new(deck: Rc<Deck>) -> Result<Rc<Self>> {
        Ok(Rc::new(Units {
            deck,
            list: dom::by_id("rack")?,
            hint: dom::by_id("hint")?,
            units: RefCell::default(),
            next: Cell::new(0),
            reserved: Cell::new(0),
        }))
    }

    /// The button of the menu that adds an effect of this kind.
    fn button(kind: Kind) -> Result<HtmlElement> {
        let mut selector = String::from("[data-add=");
        selector.push_str(kind.name());
        selector.push(']');
        find(&dom::by_id("menu")?, &selector)
    }

    pub(super) fn on_add(&self, kind: Kind, call: impl Fn() + 'static) -> Result {
        let button = Self::button(kind)?;
        button.remove_attribute("disabled")?;
        dom::listen(&button, "click", move |_| {
            call();
            Ok(())
        })
    }

    /// Keeps a place while the effect is made; none if the rack is full.
    pub(super) fn reserve(&self, kind: Kind) -> Result<Option<Place>> {
        let taken = self.units.borrow().len() + self.reserved.get();
        if taken >= SLOTS {
            return Ok(None);
        }
        self.reserved.set(self.reserved.get() + 1);
        let button = Self::button(kind)?;
        dom::set_flag(&button, "aria-busy", true)?;
        Ok(Some(Place { button }))
    }

    /// Gives the place up, for the effect if there is one.
    pub(super) fn release(
        &self,
        kind: Kind,
        place: Place,
        made: Result<Box<dyn Effect>>,
    ) -> Result<Box<dyn Effect>> {
        self.reserved.set(self.reserved.get() - 1);
        dom::set_flag(&place.button, "aria-busy", false)?;
        place
            .button
            .toggle_attribute_with_force("data-loaded", kind.split().is_loaded())?;
        made
    }

    pub(super) fn has(&self, kind: Kind) -> bool {
        self.units.borrow().iter().any(|unit| unit.kind == kind)
    }

    /// Shows an effect behind all others.
    pub(super) fn insert(self: &Rc<Self>, kind: Kind, face: Box<dyn Face>) -> Result<Id> {
        let id = Id(self.next.replace(self.next.get() + 1));
        let unit = Unit::new(&self.deck, id, kind, face)?;
        self.list.append_child(&unit.item)?;
        self.listen(&unit)?;
        self.units.borrow_mut().push(unit);
        dom::show(&self.hint, false)?;
        Ok(id)
    }

    fn listen(self: &Rc<Self>, unit: &Unit) -> Result {
        let id = unit.id;
        for (selector, way) in [(".earlier", -1), (".later", 1)] {
            let (units, button): (_, HtmlElement) = (self.clone(), find(&unit.item, selector)?);
            let target = button.clone();
            dom::listen(&button, "click", move |_| {
                units.step(id, way)?;
                target.focus()?;
                units.settle(id);
                Ok(())
            })?;
        }
        let (units, button): (_, Element) = (self.clone(), find(&unit.item, ".remove")?);
        dom::listen(&button, "click", move |_| units.remove(id))?;
        self.listen_to_grip(unit)
    }

    /// The strip of an effect can be pulled past others.
    fn listen_to_grip(self: &Rc<Self>, unit: &Unit) -> Result {
        let (id, item) = (unit.id, unit.item.clone());
        let grip: HtmlElement = find(&unit.item, ".grip")?;
        let target = grip.clone();
        dom::listen(&grip, "pointerdown", move |event| {
            event.prevent_default();
            let event: PointerEvent = event.unchecked_into();
            target.set_pointer_capture(event.pointer_id())?;
            item.class_list().add_1("pulled")
        })?;
        let (units, target) = (self.clone(), grip.clone());
        dom::listen(&grip, "pointermove", move |event| {
            let event: PointerEvent = event.unchecked_into();
            if !target.has_pointer_capture(event.pointer_id()) {
                return Ok(());
            }
            let moved = units.pull(id, f64::from(event.client_y()))?;
            if moved {
                // The browser lets go of what is moved in the page.
                target.set_pointer_capture(event.pointer_id())?;
            }
            Ok(())
        })?;
        for end in ["pointerup", "pointercancel"] {
            let (units, item) = (self.clone(), unit.item.clone());
            dom::listen(&grip, end, move |_| {
                item.class_list().remove_1("pulled")?;
                units.settle(id);
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Moves an effect past the neighbour whose middle the pointer has passed. Whether there was one.
    fn pull(&self, id: Id, y: f64) -> Result<bool> {
        let Some(place) = self.place(id) else {
            return Ok(false);
        };
        let middle = |place: usize| {
            let units = self.units.borrow();
            let frame = units.get(place)?.item.get_bounding_client_rect();
            Some(frame.top() + frame.height() / 2.0)
        };
        let is_above = place > 0 && middle(place - 1).is_some_and(|middle| y < middle);
        let is_below = middle(place + 1).is_some_and(|middle| y > middle);
        if is_above || is_below {
            self.step(id, if is_above { -1 } else { 1 })?;
        }
        Ok(is_above || is_below)
    }

    fn place(&self, id: Id) -> Option<usize> {
        self.units.borrow().iter().position(|unit| unit.id == id)
    }

    /// Moves an effect by one place on the page, if there is one.
    fn step(&self, id: Id, way: isize) -> Result {
        let mut units = self.units.borrow_mut();
        let Some(place) = units.iter().position(|unit| unit.id == id) else {
            return Ok(());
        };
        let Some(other) = place.checked_add_signed(way).filter(|&at| at < units.len()) else {
            return Ok(());
        };
        units.swap(place, other);
        // The one that comes second is put behind the first: the one that is pulled may stay where it is.
        let (first, second) = (place.min(other), place.max(other));
        let after = units.get(second + 1).map(|unit| &**unit.item);
        let moved = if way < 0 { second } else { first };
        let before = if way < 0 {
            after
        } else {
            Some(&**units[second].item)
        };
        self.list.insert_before(&units[moved].item, before)?;
        Ok(())
    }

    /// Tells the rack where an effect is now.
    fn settle(self: &Rc<Self>, id: Id) {
        let units = self.clone();
        spawn_local(async move {
            units.deck.send(Command::Enable { id, is_on: false });
            dom::report(units.deck.wait_for_fade().await);
            let Some(place) = units.place(id) else {
                return;
            };
            let list = units.units.borrow();
            let before = list.get(place + 1).map(|unit| unit.id);
            units.deck.send(Command::Move { id, before });
            let is_on = list[place].is_on();
            units.deck.send(Command::Enable { id, is_on });
        });
    }

    fn remove(self: &Rc<Self>, id: Id) -> Result {
        let Some(place) = self.place(id) else {
            return Ok(());
        };
        let unit = self.units.borrow_mut().remove(place);
        unit.item.remove();
        self.reserved.set(self.reserved.get() + 1);
        dom::show(&self.hint, self.units.borrow().is_empty())?;
        let units = self.clone();
        spawn_local(async move {
            units.deck.send(Command::Enable { id, is_on: false });
            dom::report(units.deck.wait_for_fade().await);
            units.deck.send(Command::Remove { id, effect: None });
            units.reserved.set(units.reserved.get() - 1);
        });
        Ok(())
    }

    pub(super) fn show(&self, event: &Event) -> Result {
        let units = self.units.borrow();
        for (id, reduction) in event.reductions.iter().flatten() {
            if let Some(unit) = units.iter().find(|unit| unit.id == *id) {
                unit.show_reduction(*reduction)?;
            }
        }
        Ok(())
    }
}
