//! A stand-in for the loader's audio threads: the processor runs on the page, in a `ScriptProcessorNode`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Poll, Waker};

use wasm_bindgen::prelude::*;
use wasm_cleave::{LoadError, Split};
use web_sys::{AudioContext, AudioNode, AudioProcessingEvent, ScriptProcessorNode};

use crate::dsp::BLOCK;

pub(crate) struct Inputs;
pub(crate) struct Params;

pub(crate) struct Output {
    channels: [[f32; BLOCK]; 2],
}

impl Output {
    pub(crate) fn channel_mut(&mut self, channel: usize) -> &mut [f32] {
        &mut self.channels[channel]
    }
}

pub(crate) type Outputs = [Output; 1];

pub(crate) struct Events<E> {
    queue: VecDeque<E>,
    waker: Option<Waker>,
}

impl<E> Events<E> {
    pub(crate) fn emit(&mut self, event: E) -> Result<(), E> {
        self.queue.push_back(event);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
        Ok(())
    }
}

pub(crate) trait Processor: Send + 'static {
    type Command: Send + 'static;
    type Event: Send + 'static;
    fn command(&mut self, command: &mut Self::Command);
    fn process(
        &mut self,
        inputs: &Inputs,
        outputs: &mut Outputs,
        params: &Params,
        events: &mut Events<Self::Event>,
    ) -> bool;
}

pub(crate) struct Options;

impl Options {
    pub(crate) fn new() -> Self {
        Options
    }

    pub(crate) fn outputs(self, _channels: &[u32]) -> Self {
        self
    }
}

pub(crate) struct Worklet {
    context: AudioContext,
}

impl Worklet {
    pub(crate) async fn start(context: &AudioContext) -> Result<Self, JsValue> {
        let context = context.clone();
        Ok(Worklet { context })
    }

    pub(crate) async fn load(&self, split: Split) -> Result<(), LoadError> {
        split.preload().await
    }

    pub(crate) async fn node<P: Processor>(
        &self,
        mut processor: P,
        _options: Options,
    ) -> Result<Node<P>, JsValue> {
        let node = self.context
            .create_script_processor_with_buffer_size_and_number_of_input_channels_and_number_of_output_channels(
                1024, 0, 2,
            )?;
        let state = Rc::new(RefCell::new(State {
            commands: VecDeque::new(),
            events: Events {
                queue: VecDeque::new(),
                waker: None,
            },
        }));
        let shared = state.clone();
        let process = move |event: AudioProcessingEvent| {
            let buffer = event.output_buffer().unwrap();
            let mut whole = [vec![0.0; 1024], vec![0.0; 1024]];
            let mut commands = std::mem::take(&mut shared.borrow_mut().commands);
            for command in &mut commands {
                processor.command(command);
            }
            for at in (0..1024).step_by(BLOCK) {
                let mut outputs = [Output {
                    channels: [[0.0; BLOCK]; 2],
                }];
                let events = &mut shared.borrow_mut().events;
                processor.process(&Inputs, &mut outputs, &Params, events);
                for (whole, channel) in whole.iter_mut().zip(&outputs[0].channels) {
                    whole[at..at + BLOCK].copy_from_slice(channel);
                }
            }
            for (channel, frames) in whole.iter().enumerate() {
                let copy = js_sys::Float32Array::new_with_length(1024);
                copy.copy_from(frames);
                let copy: &js_sys::Object = copy.unchecked_ref();
                let buffer: &JsValue = buffer.as_ref();
                let function = js_sys::Reflect::get(buffer, &"copyToChannel".into()).unwrap();
                let function: js_sys::Function = function.unchecked_into();
                function
                    .call2(buffer, copy, &(channel as u32).into())
                    .unwrap();
            }
        };
        let process: Box<dyn FnMut(AudioProcessingEvent)> = Box::new(process);
        let process = Closure::wrap(process).into_js_value();
        node.set_onaudioprocess(Some(process.unchecked_ref()));
        Ok(Node { node, state })
    }
}

struct State<P: Processor> {
    commands: VecDeque<P::Command>,
    events: Events<P::Event>,
}

pub(crate) struct Node<P: Processor> {
    node: ScriptProcessorNode,
    state: Rc<RefCell<State<P>>>,
}

impl<P: Processor> Node<P> {
    pub(crate) fn send(&self, command: P::Command) -> Result<(), P::Command> {
        self.state.borrow_mut().commands.push_back(command);
        Ok(())
    }

    pub(crate) async fn next_event(&self) -> Option<P::Event> {
        std::future::poll_fn(|context| {
            let events = &mut self.state.borrow_mut().events;
            match events.queue.pop_front() {
                Some(event) => Poll::Ready(Some(event)),
                None => {
                    events.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    pub(crate) fn connect(&self, destination: &AudioNode) -> Result<(), JsValue> {
        self.node.connect_with_audio_node(destination)?;
        Ok(())
    }
}
