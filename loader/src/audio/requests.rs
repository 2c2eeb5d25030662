//! Requests of the page to the audio thread, and their answers: they travel by the processor that represents the program.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::BaseAudioContext;

use super::js::Node;
use super::node::Listener;
use crate::contract::messages;
use crate::js::{get, set, text};

/// The answer to a request.
pub(super) enum Answer {
    Done,
    /// The program has not begun on the audio thread, whose memory nobody has touched.
    NotBegun(String),
    Failed(String),
    /// The engine could not hand it over.
    Undelivered,
}

impl Answer {
    fn read(answer: &JsValue) -> Answer {
        if get(answer, messages::UNDELIVERED).is_truthy() {
            return Answer::Undelivered;
        }
        match get(answer, messages::FAILED) {
            failed if failed.is_undefined() => Answer::Done,
            failed if get(answer, messages::HAS_BEGUN).is_falsy() => {
                Answer::NotBegun(text(&failed))
            }
            failed => Answer::Failed(text(&failed)),
        }
    }
}

/// What the page waits for from the audio thread.
pub(super) struct Requests {
    /// The name of the processors that stand for the program.
    name: String,
    waiting: RefCell<Vec<(u32, Function)>>,
    next: Cell<u32>,
    /// These processors, and their listeners.
    hosts: RefCell<Vec<(Node, [Listener; 2])>>,
}

impl Drop for Requests {
    fn drop(&mut self) {
        for (host, _) in self.hosts.get_mut() {
            host.messages().on_message(None);
            host.on_failure(None);
        }
    }
}

impl Requests {
    pub(super) fn to(name: String) -> Self {
        Requests {
            name,
            waiting: RefCell::default(),
            next: Cell::default(),
            hosts: RefCell::default(),
        }
    }

    /// A number for a request, and what is done when it is answered.
    pub(super) fn ask(self: &Rc<Self>) -> (u32, impl Future<Output = Answer> + use<>) {
        let id = self.next.replace(self.next.get() + 1);
        let answer = Promise::new(&mut |resolve, _| {
            self.waiting.borrow_mut().push((id, resolve));
        });
        let answer = async move { Answer::read(&answer.await.unwrap_or_default()) };
        (id, answer)
    }

    pub(super) fn forget(&self, id: u32) {
        self.waiting.borrow_mut().retain(|(other, _)| *other != id);
    }

    /// Makes a processor that stands for the program, and listens to it.
    pub(super) fn host(
        self: &Rc<Self>,
        context: &BaseAudioContext,
        start: &Object,
    ) -> Result<Node, JsValue> {
        let options = Object::new();
        set(&options, "numberOfInputs", &0.into());
        set(&options, "processorOptions", start);
        let host = Node::new(context, &self.name, &options)?;
        let (answered, lost) = (Rc::downgrade(self), Rc::downgrade(self));
        let answered: Listener = Closure::new(move |event: JsValue| {
            if let Some(requests) = answered.upgrade() {
                requests.answered(&get(&event, "data"));
            }
        });
        let lost: Listener = Closure::new(move |_| {
            if let Some(requests) = lost.upgrade() {
                requests.all_undelivered();
            }
        });
        host.messages()
            .on_message(Some(answered.as_ref().unchecked_ref()));
        host.on_failure(Some(lost.as_ref().unchecked_ref()));
        let kept = (host.clone(), [answered, lost]);
        self.hosts.borrow_mut().push(kept);
        Ok(host)
    }

    fn answered(&self, answer: &JsValue) {
        let Some(id) = get(answer, messages::ID).as_f64() else {
            return self.all_undelivered();
        };
        let mut waiting = self.waiting.borrow_mut();
        let at = waiting
            .iter()
            .position(|(other, _)| f64::from(*other) == id);
        let request = at.map(|at| waiting.swap_remove(at));
        drop(waiting);
        if let Some((_, resolve)) = request {
            let _ = resolve.call1(&JsValue::UNDEFINED, answer);
        }
    }

    /// It is unknown which of the requests did not arrive; all can be made again.
    fn all_undelivered(&self) {
        let answer = Object::new();
        set(&answer, messages::UNDELIVERED, &JsValue::TRUE);
        for (_, resolve) in self.waiting.take() {
            let _ = resolve.call1(&JsValue::UNDEFINED, &answer);
        }
    }
}
