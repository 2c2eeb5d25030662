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
use super::node_options::NodeOptions;
use super::param::Param;
use super::processor::Processor;
use super::shared_processor::{PageQueues, SharedProcessor, prepare};
use crate::contract::messages;
use crate::js::{get, set, spawn, text};
use crate::shared::wait;
use crate::time::Millis;

/// What an event of the engine is given to.
pub(super) type Listener = Closure<dyn FnMut(JsValue)>;

/// The block size where the engine does not say another one.
const BLOCK: u32 = 128;

/// How often a caller that waits for a processor checks whether its context still exists.
pub(super) const LOOK_AFTER: Millis = Millis(500.0);

/// A running processor, and the node of the audio graph that it renders for, to which it [derefs](Deref).
///
/// Dropping it ends the processor and disconnects the node. The processor is dropped on the page once the audio thread
/// has released it: with the next block, or when the context is closed.
///
/// ```no_run
/// use wasm_cleave::audio::{AudioError, Node, Processor};
///
/// async fn play<P: Processor>(node: Node<P>) -> Result<(), AudioError> {
///     let _ = node.connect_with_audio_node(&node.context().destination());
///     node.ended().await
/// }
/// ```
pub struct Node<P: Processor> {
    node: js::Node,
    context: BaseAudioContext,
    shared: Arc<SharedProcessor>,
    queues: RefCell<PageQueues<P>>,
    failure: Rc<RefCell<Option<String>>>,
    listeners: Rc<[Listener; 2]>,
}

impl<P: Processor> Node<P> {
    pub(super) fn make(
        context: &BaseAudioContext,
        kind: &str,
        processor: P,
        options: &NodeOptions,
    ) -> Result<Self, AudioError> {
        let frames = context.unchecked_ref::<js::Context>().block_size();
        let shape = Shape {
            frames: frames.unwrap_or(BLOCK) as usize,
            inputs: vec![options.channels; options.inputs],
            params: P::PARAMS,
            outputs: options.outputs.clone(),
        };
        let (shared, queues, addresses) =
            prepare(processor, &shape, context.sample_rate(), options.capacity);
        let start = Object::new();
        set(&start, messages::MEMORY, &wasm_bindgen::memory());
        set(
            &start,
            messages::FRAMES,
            &JsValue::from_f64(shape.frames as f64),
        );
        set(&start, messages::INPUTS, &numbers(&shape.inputs));
        set(&start, messages::OUTPUTS, &numbers(&shape.outputs));
        for (name, address) in [
            (messages::PROCESSOR, addresses.processor),
            (messages::SAMPLES, addresses.samples),
            (messages::COUNTS, addresses.counts),
        ] {
            set(&start, name, &JsValue::from_f64(address as f64));
        }
        let js_options = node_options(options);
        set(&js_options, "processorOptions", &start);
        let node = js::Node::new(context, kind, &js_options)
            .map_err(|thrown| AudioError::new(AudioErrorKind::Node, text(&thrown)))?;
        let failure = Rc::new(RefCell::new(None));
        let listeners = listen(&node, &shared, &failure);
        Ok(Node {
            node,
            context: context.clone(),
            shared,
            queues: RefCell::new(queues),
            failure,
            listeners,
        })
    }

    /// Sends a command, which the processor handles before its next block.
    ///
    /// What it leaves of the command is dropped here, in a later call of this node.
    ///
    /// # Errors
    /// Returns the command if the queue is full: the processor has not handled the commands before, for example because its
    /// context does not run.
    pub fn send(&self, command: P::Command) -> Result<(), P::Command> {
        self.reclaim();
        self.queues.borrow_mut().send(command)
    }

    /// The next event, if one has arrived.
    #[must_use]
    pub fn try_event(&self) -> Option<P::Event> {
        self.reclaim();
        self.queues.borrow_mut().event()
    }

    /// Drops what is left of the commands that have been obeyed: code of the application, which may come back here.
    fn reclaim(&self) {
        let next = || self.queues.borrow_mut().handled();
        std::iter::from_fn(next).for_each(drop);
    }

    /// Waits for the next event; `None` once the processor has ended and all events were taken.
    pub async fn event(&self) -> Option<P::Event> {
        loop {
            let seen = self.shared.seen();
            if let Some(event) = self.try_event() {
                return Some(event);
            }
            if self.has_ended() {
                return self.try_event();
            }
            wait::changed(self.shared.word(), seen, LOOK_AFTER).await;
        }
    }

    /// Waits until the processor has ended, by itself or because its context was closed.
    ///
    /// # Errors
    /// If it panicked or threw.
    pub async fn ended(&self) -> Result<(), AudioError> {
        loop {
            let seen = self.shared.seen();
            if self.has_ended() {
                break;
            }
            wait::changed(self.shared.word(), seen, LOOK_AFTER).await;
        }
        if !self.shared.has_failed() {
            return Ok(());
        }
        // The reason takes another way.
        if self.failure.borrow().is_none() {
            wait::changed(self.shared.word(), self.shared.seen(), LOOK_AFTER).await;
        }
        let why = self.failure.borrow().clone();
        Err(AudioError::new(
            AudioErrorKind::Processor,
            why.unwrap_or_default(),
        ))
    }

    /// A parameter of the processor, to be set and automated; `None` if [`Processor::PARAMS`] does not list it.
    #[must_use]
    pub fn param(&self, param: &Param) -> Option<AudioParam> {
        let params = self.node.parameters().ok()?;
        params.get(param.name())
    }

    fn has_ended(&self) -> bool {
        self.shared.has_left() || is_closed(&self.context)
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
        self.shared.dismiss();
        let (shared, context) = (self.shared.clone(), self.context.clone());
        let (node, listeners) = (self.node.clone(), self.listeners.clone());
        spawn(async move {
            loop {
                let seen = shared.seen();
                if shared.has_left() || is_closed(&context) {
                    break;
                }
                wait::changed(shared.word(), seen, LOOK_AFTER).await;
            }
            // Only now: engines need not call processors that are not connected.
            let _ = node.disconnect();
            node.messages().on_message(None);
            node.on_failure(None);
            drop((shared, listeners));
        });
    }
}

/// Listens for the failure of a processor, which its own script or the engine reports.
fn listen(
    node: &js::Node,
    shared: &Arc<SharedProcessor>,
    failure: &Rc<RefCell<Option<String>>>,
) -> Rc<[Listener; 2]> {
    let listener = |property: &'static str| {
        let (shared, failure) = (shared.clone(), failure.clone());
        Closure::new(move |event: JsValue| {
            *failure.borrow_mut() = Some(text(&get(&event, property)));
            // The script calls it no more.
            shared.fail();
            wait::notify(shared.word());
        })
    };
    let (said, failed) = (listener("data"), listener("message"));
    node.messages()
        .on_message(Some(said.as_ref().unchecked_ref()));
    node.on_failure(Some(failed.as_ref().unchecked_ref()));
    Rc::new([said, failed])
}

pub(super) fn is_closed(context: &BaseAudioContext) -> bool {
    context.state() == AudioContextState::Closed
}

/// The options of the node as the engine wants them.
fn node_options(options: &NodeOptions) -> Object {
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
