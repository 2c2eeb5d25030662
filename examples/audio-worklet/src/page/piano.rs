//! Two octaves of keys for the synthesiser: for mouse, fingers, and the keys of a computer.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent};

use super::deck::Deck;
use crate::dom::{self, Result};
use crate::rack::command::Command;

/// The lowest key, an F, and how many there are.
const LOWEST: u8 = 53;
const COUNT: u8 = 24;

/// The keys of a computer that stand for those from the first C on, by where they lie.
const CODES: [&str; 17] = [
    "KeyA",
    "KeyW",
    "KeyS",
    "KeyE",
    "KeyD",
    "KeyF",
    "KeyT",
    "KeyG",
    "KeyY",
    "KeyH",
    "KeyU",
    "KeyJ",
    "KeyK",
    "KeyO",
    "KeyL",
    "KeyP",
    "Semicolon",
];
const FIRST_CODE: u8 = 60;

pub(super) struct Piano {
    frame: Element,
}

/// The keys that are down, and what each looks like.
struct Keys {
    deck: Rc<Deck>,
    items: Vec<HtmlElement>,
    down: RefCell<BTreeSet<u8>>,
}

impl Keys {
    fn press(&self, key: u8, is_down: bool) -> Result {
        let changed = match is_down {
            true => self.down.borrow_mut().insert(key),
            false => self.down.borrow_mut().remove(&key),
        };
        if !changed {
            return Ok(());
        }
        self.deck.send(Command::Key { key, is_down });
        match self.items.get(usize::from(key - LOWEST)) {
            Some(item) => {
                item.toggle_attribute_with_force("data-down", is_down)?;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn release_all(&self) -> Result {
        let down = self.down.borrow().clone();
        down.into_iter().try_for_each(|key| self.press(key, false))
    }
}

impl Piano {
    pub(super) fn new(deck: &Rc<Deck>) -> Result<Self> {
        let frame: Element = dom::by_id("piano")?;
        let list: Element = dom::by_id("keys")?;
        let mut items = Vec::new();
        for key in LOWEST..LOWEST + COUNT {
            let item = dom::template("key")?;
            let is_black = [1, 3, 6, 8, 10].contains(&(key % 12));
            item.set_class_name(if is_black { "black" } else { "white" });
            list.append_child(&item)?;
            items.push(item);
        }
        let keys = Rc::new(Keys {
            deck: deck.clone(),
            items,
            down: RefCell::default(),
        });
        for (key, item) in (LOWEST..).zip(&keys.items) {
            listen_to_pointer(&keys, key, item)?;
        }
        listen_to_keyboard(&keys)?;
        Ok(Piano { frame })
    }

    /// Shows the keys, if there is something that plays them.
    pub(super) fn show(&self, is_there: bool) -> Result {
        dom::show(&self.frame, is_there)
    }
}

fn listen_to_pointer(keys: &Rc<Keys>, key: u8, item: &HtmlElement) -> Result {
    for (kind, is_down) in [
        ("pointerdown", true),
        ("pointerenter", true),
        ("pointerup", false),
        ("pointerleave", false),
        ("pointercancel", false),
    ] {
        let (keys, target) = (keys.clone(), item.clone());
        dom::listen(item, kind, move |event| {
            let event: PointerEvent = event.unchecked_into();
            // A finger that slides goes on to the next key.
            if target.has_pointer_capture(event.pointer_id()) {
                target.release_pointer_capture(event.pointer_id())?;
            }
            keys.press(key, is_down && event.buttons() & 1 == 1)
        })?;
    }
    Ok(())
}

fn listen_to_keyboard(keys: &Rc<Keys>) -> Result {
    let window = dom::window()?;
    for (kind, is_down) in [("keydown", true), ("keyup", false)] {
        let keys = keys.clone();
        dom::listen(&window, kind, move |event| {
            let event: KeyboardEvent = event.unchecked_into();
            let is_shortcut = event.ctrl_key() || event.meta_key() || event.alt_key();
            let code = event.code();
            let place = CODES.iter().position(|known| *known == code);
            match place {
                Some(place) if !(is_down && is_shortcut) => {
                    keys.press(FIRST_CODE + place as u8, is_down)
                }
                _ => Ok(()),
            }
        })?;
    }
    let keys = keys.clone();
    dom::listen(&window, "blur", move |_| keys.release_all())
}
