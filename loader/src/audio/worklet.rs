//! The audio thread of a context as the page sees it: starting the program there, and bringing chunks to it.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::pin::pin;
use std::rc::Rc;

use js_sys::{Array, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::BaseAudioContext;

use super::error::{AudioError, AudioErrorKind};
use super::js::{self, Node};
use super::node::{self, LOOK_AFTER, Listener, is_closed};
use super::node_options::NodeOptions;
use super::panics;
use super::param::{Param, Rate};
use super::processor::Processor;
use super::requests::{Answer, Requests};
use crate::contract::messages;
use crate::error::{FetchError, LoadError, LoadErrorKind};
use crate::ids::ChunkIndex;
use crate::js::{get, set, text, within};
use crate::load::load;
use crate::shared::connection::{self, Channel};
use crate::shared::{coordinator, late_links, link};
use crate::state;
use crate::target::Target;
use crate::threads::room::{Room, STACK};

/// The program on the audio thread of one context. A clone is the same.
///
/// It belongs to the page.
#[derive(Clone)]
pub struct Worklet(Rc<Inner>);

struct Inner {
    context: BaseAudioContext,
    host: Node,
    /// The lists of parameters that were registered, with the names of the processors that have them.
    kinds: RefCell<Vec<(String, String)>>,
    requests: Rc<Requests>,
    transport: Cell<Transport>,
}

impl Worklet {
    /// Starts the program on the audio thread of `context`, an `AudioContext` or an `OfflineAudioContext`.
    ///
    /// The context may be suspended; some engines start its thread only when it runs. The chunks that the page has
    /// compiled go along. The thread's stack of 2 MiB stays allocated when the context is closed, since its scope may
    /// outlive it: use one context for as long as you can.
    ///
    /// # Errors
    /// When the audio thread cannot share the memory, memory has no room for its stack, or its script or the program does
    /// not start there.
    pub async fn start(context: &BaseAudioContext) -> Result<Worklet, AudioError> {
        coordinator::become_coordinator_if_main();
        panics::keep();
        if !js::is_isolated() {
            let why = "the page is not isolated from other origins";
            return Err(AudioError::new(AudioErrorKind::NotShared, why));
        }
        let name = run_script(context, "").await?;
        let room = Room::reserve(STACK)
            .map_err(|no_room| AudioError::new(AudioErrorKind::Memory, no_room.to_string()))?;
        let requests = Rc::new(Requests::to(name));
        let (id, answer) = requests.ask();
        let start = Object::new();
        set(&start, messages::ID, &id.into());
        room.describe(&start);
        set(&start, messages::MODULE, &wasm_bindgen::module());
        set(&start, messages::MEMORY, &wasm_bindgen::memory());
        set(&start, messages::MODULES, &connection::all_compiled());
        let host = requests
            .host(context, &start)
            .map_err(|thrown| AudioError::new(AudioErrorKind::NotShared, text(&thrown)))?;
        // From here on, the audio thread may have it.
        let room = ManuallyDrop::new(room);
        let answer = unless_closed(context, answer).await;
        if let Answer::NotBegun(_) = answer {
            drop(ManuallyDrop::into_inner(room));
        }
        let inner = Inner {
            context: context.clone(),
            host,
            kinds: RefCell::default(),
            requests,
            transport: Cell::default(),
        };
        match answer {
            Answer::Done => inner.connect(),
            Answer::NotBegun(why) | Answer::Failed(why) => {
                return Err(AudioError::new(AudioErrorKind::Start, why));
            }
            Answer::Undelivered => {
                let why = "the engine does not hand over the module or the memory";
                return Err(AudioError::new(AudioErrorKind::NotShared, why));
            }
        }
        Ok(Worklet(Rc::new(inner)))
    }

    /// The context whose audio thread this is.
    #[must_use]
    pub fn context(&self) -> &BaseAudioContext {
        &self.0.context
    }

    /// Sets a processor to work, in a new node of the audio graph.
    ///
    /// # Errors
    /// When the engine refuses the options, or the script of the audio thread does not load.
    pub async fn node<P: Processor>(
        &self,
        processor: P,
        options: &NodeOptions,
    ) -> Result<node::Node<P>, AudioError> {
        let kind = self.kind(P::PARAMS).await?;
        node::Node::make(&self.0.context, &kind, processor, options)
    }

    /// The name of the processors with these parameters, which are registered if they are not yet.
    async fn kind(&self, params: &[Param]) -> Result<String, AudioError> {
        let params = descriptors(params);
        let known = self
            .0
            .kinds
            .borrow()
            .iter()
            .find_map(|(known, name)| (*known == params).then(|| name.clone()));
        if let Some(name) = known {
            return Ok(name);
        }
        let name = run_script(&self.0.context, &params).await?;
        self.0.kinds.borrow_mut().push((params, name.clone()));
        Ok(name)
    }

    /// Loads what `target` needs on the page, and links it with the audio thread.
    pub(crate) async fn load(&self, target: Target) -> Result<(), LoadError> {
        load(target).await?;
        let chunks = state::with(|loads| loads.needed_by(target))?;
        for chunk in chunks {
            let sent = self.0.send(chunk).await;
            sent.map_err(|failure| state::error(chunk, failure))?;
        }
        Ok(())
    }

    /// How many times a processor has called a function of a chunk that was not linked with its audio thread, and had to
    /// wait while that was done. All contexts of the program count.
    ///
    /// Zero, if everything that comes to a processor was [loaded](crate::Split::load_on) for it first.
    #[must_use]
    pub fn late_links(&self) -> u32 {
        late_links::late_links()
    }

    /// Waits until [`late_links`](Self::late_links) is greater than `seen`, and returns it.
    pub async fn later_link(&self, seen: u32) -> u32 {
        late_links::more_late_links(seen).await
    }
}

impl Inner {
    /// Lets the chunks that are compiled from now on come to the audio thread by themselves, until its context is closed.
    fn connect(&self) {
        if let Some(channel) = Channel::to_running_thread() {
            let message = Object::new();
            set(&message, messages::PORT, channel.port());
            // Without it, they come when they are asked for.
            let _ = self
                .host
                .messages()
                .post_with(message.unchecked_ref(), &Array::of1(channel.port()));
            channel.close_after(closed(&self.context));
        }
    }

    /// Sends a chunk to the audio thread, and waits until it is linked there.
    async fn send(&self, chunk: ChunkIndex) -> Result<(), FetchError> {
        let module = link::compiled(chunk).await?;
        loop {
            let transport = self.transport.get();
            let (id, answer) = self.requests.ask();
            let sent = (transport != Transport::Bytes).then_some(&module);
            let order = connection::compiled(chunk, sent);
            set(&order, messages::ID, &id.into());
            let sent = match transport {
                Transport::Constructor => self.requests.host(&self.context, &order).map(drop),
                Transport::Port | Transport::Bytes => self.host.messages().post(&order),
            };
            if sent.is_err() {
                self.requests.forget(id);
            }
            match (sent.is_ok(), transport) {
                (true, _) => match unless_closed(&self.context, answer).await {
                    Answer::Done => return Ok(()),
                    Answer::NotBegun(why) | Answer::Failed(why) => {
                        let why = String::from("on the audio thread: ") + &why;
                        return Err(FetchError::new(LoadErrorKind::Instantiate, why));
                    }
                    Answer::Undelivered if transport == Transport::Bytes => {
                        return Err(unreachable());
                    }
                    Answer::Undelivered => {}
                },
                (false, Transport::Bytes) => return Err(unreachable()),
                (false, _) => {}
            }
            // Another request may have switched to the next transport already.
            if self.transport.get() == transport {
                self.transport.set(transport.next());
            }
        }
    }
}

/// The answer to a request, which does not come any more if the context has been closed.
async fn unless_closed(context: &BaseAudioContext, answer: impl Future<Output = Answer>) -> Answer {
    let mut answer = pin!(answer);
    loop {
        if let Some(answer) = within(LOOK_AFTER, answer.as_mut()).await {
            return answer;
        }
        if is_closed(context) {
            return Answer::Failed(String::from("its context is closed"));
        }
    }
}

/// Done when the context has been closed. Does not keep it from being collected before.
fn closed(context: &BaseAudioContext) -> impl Future<Output = ()> + use<> {
    let mut on_change = None;
    let closed = Promise::new(&mut |resolve, _| {
        let look = move |event| {
            if get(&get(&event, "target"), "state") == "closed" {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        };
        let look = on_change.insert(Listener::new(look));
        // It is no error to listen.
        let _ =
            context.add_event_listener_with_callback("statechange", look.as_ref().unchecked_ref());
    });
    async move {
        let _ = closed.await;
        drop(on_change);
    }
}

fn unreachable() -> FetchError {
    FetchError::new(
        LoadErrorKind::Instantiate,
        "the audio thread gets no messages",
    )
}

/// How a compiled chunk gets to the audio thread. In some engines no module goes through a worklet's port, but one goes
/// to the constructor of a processor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Transport {
    #[default]
    Port,
    Constructor,
    /// Not at all: the audio thread compiles the bytes in memory.
    Bytes,
}

impl Transport {
    fn next(self) -> Transport {
        match self {
            Transport::Port => Transport::Constructor,
            Transport::Constructor | Transport::Bytes => Transport::Bytes,
        }
    }
}

/// Runs the script of the audio thread or, with parameters, the one that registers processors with these: the name of
/// the processor.
async fn run_script(context: &BaseAudioContext, params: &str) -> Result<String, AudioError> {
    let failed = |thrown: JsValue| AudioError::new(AudioErrorKind::Script, text(&thrown));
    let running = js::worklet(context, params).map_err(failed)?;
    let name = running.await.map_err(failed)?;
    Ok(name.as_string().unwrap_or_default())
}

/// What `parameterDescriptors` is made of, as JSON.
fn descriptors(params: &[Param]) -> String {
    let mut all = Vec::new();
    for param in params {
        let object = Object::new();
        set(&object, "name", &param.name().into());
        set(&object, "defaultValue", &param.default.into());
        set(&object, "minValue", &param.min.into());
        set(&object, "maxValue", &param.max.into());
        let rate = match param.rate {
            Rate::Audio => "a-rate",
            Rate::Control => "k-rate",
        };
        set(&object, "automationRate", &rate.into());
        all.push(object);
    }
    let all: Array = all.into_iter().collect();
    js_sys::JSON::stringify(&all)
        .map(String::from)
        .unwrap_or_default()
}
