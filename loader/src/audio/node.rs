//! One processor as the page sees it: a node of the audio graph with commands, events and an end.

use std::cell::RefCell;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;
use web_sys::{AudioContextState, AudioParam, AudioWorkletNode, BaseAudioContext};

use super::block::Shape;
use super::error::{AudioError, AudioErrorKind};
use super::js;
use super::options::Options;
use super::processor::Processor;
use super::unit::{Ends, Unit, prepare};
use crate::js::{get, set, spawn, text};
use crate::shared::wait;
use crate::time::Millis;

/// What an event of the engine is given to.
pub(super) type Listener = Closure<dyn FnMut(JsValue)>;

/// The block size where the engine does not say another one.
const BLOCK: u32 = 128;

/// How often somebody who waits for a processor looks whether its context is still there.
pub(super) const LOOK_AFTER: Millis = Millis(500.0);

/// A processor at work, and the node of the audio graph that it renders for, to which it [derefs](Deref).
///
/// Dropping it ends the processor and disconnects the node. The processor is dropped on the page once the audio thread
/// has let go of it: with the next block, or when the context is closed.
pub struct Node<P: Processor> {
    node: js::Node,
    context: BaseAudioContext,
    unit: Arc<Unit>,
    ends: RefCell<Ends<P>>,
    failure: Rc<RefCell<Option<String>>>,
    listeners: Rc<[Listener; 2]>,
}

impl<P: Processor> Node<P> {
    pub(super) fn make(
        context: &BaseAudioContext,
        kind: &str,
        processor: P,
        options: &Options,
    ) -> Result<Self, AudioError> {
        let frames = context.unchecked_ref::<js::Context>().block_size();
        let shape = Shape {
            frames: frames.unwrap_or(BLOCK) as usize,
            inputs: vec![options.channels; options.inputs],
            params: P::PARAMS.len(),
            outputs: options.outputs.clone(),
        };
        let (unit, ends, addresses) =
            prepare(processor, &shape, context.sample_rate(), options.room);
        let start = Object::new();
        set(&start, "memory", &wasm_bindgen::memory());
        set(&start, "frames", &JsValue::from_f64(shape.frames as f64));
        set(&start, "inputs", &numbers(&shape.inputs));
        set(&start, "outputs", &numbers(&shape.outputs));
        for (name, address) in [
            ("unit", addresses.unit),
            ("samples", addresses.samples),
            ("counts", addresses.counts),
        ] {
            set(&start, name, &JsValue::from_f64(address as f64));
        }
        let js_options = node_options(options);
        set(&js_options, "processorOptions", &start);
        let node = js::Node::new(context, kind, &js_options)
            .map_err(|thrown| AudioError::new(AudioErrorKind::Node, text(&thrown)))?;
        let failure = Rc::new(RefCell::new(None));
        let listeners = listen(&node, &unit, &failure);
        Ok(Node {
            node,
            context: context.clone(),
            unit,
            ends: RefCell::new(ends),
            failure,
            listeners,
        })
    }

    /// Sends a command, which the processor obeys before its next block.
    ///
    /// What it leaves of the command is dropped here, in a later call of this node.
    ///
    /// # Errors
    /// Gives the command back if there is no room: the processor has not obeyed those before, because its context does
    /// not run, for example.
    pub fn send(&self, command: P::Command) -> Result<(), P::Command> {
        self.reclaim();
        self.ends.borrow_mut().send(command)
    }

    /// The next event that has arrived already.
    pub fn try_event(&self) -> Option<P::Event> {
        self.reclaim();
        self.ends.borrow_mut().event()
    }

    /// Drops what is left of the commands that have been obeyed: code of the application, which may come back here.
    fn reclaim(&self) {
        let next = || self.ends.borrow_mut().obeyed();
        std::iter::from_fn(next).for_each(drop);
    }

    /// Waits for the next event; `None` when the processor has ended and all events were taken.
    pub async fn event(&self) -> Option<P::Event> {
        loop {
            let seen = self.unit.seen();
            if let Some(event) = self.try_event() {
                return Some(event);
            }
            if self.has_ended() {
                return self.try_event();
            }
            wait::changed(self.unit.word(), seen, LOOK_AFTER).await;
        }
    }

    /// Waits until the processor has ended, because it wanted to, or its context was closed.
    ///
    /// # Errors
    /// If it panicked or threw.
    pub async fn ended(&self) -> Result<(), AudioError> {
        loop {
            let seen = self.unit.seen();
            if self.has_ended() {
                break;
            }
            wait::changed(self.unit.word(), seen, LOOK_AFTER).await;
        }
        if !self.unit.has_failed() {
            return Ok(());
        }
        // The reason takes another way.
        if self.failure.borrow().is_none() {
            wait::changed(self.unit.word(), self.unit.seen(), LOOK_AFTER).await;
        }
        let why = self.failure.borrow().clone();
        Err(AudioError::new(
            AudioErrorKind::Processor,
            why.unwrap_or_default(),
        ))
    }

    /// The parameter of that name, to be set and automated.
    pub fn param(&self, name: &str) -> Option<AudioParam> {
        let params = self.node.parameters().ok()?;
        params.get(name)
    }

    fn has_ended(&self) -> bool {
        self.unit.has_left() || is_closed(&self.context)
    }
}

impl<P: Processor> Deref for Node<P> {
    type Target = AudioWorkletNode;

    fn deref(&self) -> &AudioWorkletNode {
        &self.node
    }
}

impl<P: Processor> fmt::Debug for Node<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").finish_non_exhaustive()
    }
}

impl<P: Processor> Drop for Node<P> {
    fn drop(&mut self) {
        self.unit.dismiss();
        let (unit, context) = (self.unit.clone(), self.context.clone());
        let (node, listeners) = (self.node.clone(), self.listeners.clone());
        spawn(async move {
            loop {
                let seen = unit.seen();
                if unit.has_left() || is_closed(&context) {
                    break;
                }
                wait::changed(unit.word(), seen, LOOK_AFTER).await;
            }
            // Only now: engines need not call processors that nobody hears.
            let _ = node.disconnect();
            node.messages().on_message(None);
            node.on_failure(None);
            drop((unit, listeners));
        });
    }
}

/// Hears of the failure of a processor: from its own script, or from the engine.
fn listen(
    node: &js::Node,
    unit: &Arc<Unit>,
    failure: &Rc<RefCell<Option<String>>>,
) -> Rc<[Listener; 2]> {
    let hear = |property: &'static str| {
        let (unit, failure) = (unit.clone(), failure.clone());
        Closure::new(move |event: JsValue| {
            *failure.borrow_mut() = Some(text(&get(&event, property)));
            // The script calls it no more.
            unit.fail();
            wait::notify(unit.word());
        })
    };
    let (said, failed) = (hear("data"), hear("message"));
    node.messages()
        .on_message(Some(said.as_ref().unchecked_ref()));
    node.on_failure(Some(failed.as_ref().unchecked_ref()));
    Rc::new([said, failed])
}

pub(super) fn is_closed(context: &BaseAudioContext) -> bool {
    context.state() == AudioContextState::Closed
}

/// The options of the node as the engine wants them.
fn node_options(options: &Options) -> Object {
    let number = |n: usize| JsValue::from_f64(n as f64);
    let object = Object::new();
    set(&object, "numberOfInputs", &number(options.inputs));
    set(&object, "numberOfOutputs", &number(options.outputs.len()));
    set(&object, "outputChannelCount", &numbers(&options.outputs));
    set(&object, "channelCount", &number(options.channels));
    set(&object, "channelCountMode", &"clamped-max".into());
    object
}

fn numbers(numbers: &[usize]) -> Array {
    let numbers = numbers.iter().map(|&n| JsValue::from_f64(n as f64));
    numbers.collect()
}
