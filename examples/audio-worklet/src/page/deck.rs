//! What stands between the page and the audio thread: the context, the rack's node, and the commands to it.

use std::cell::Cell;

use wasm_cleave::LoadError;
use wasm_cleave::audio::{AudioError, Node, NodeOptions, Worklet};
use web_sys::{AnalyserNode, AudioContext};

use crate::dom::{self, Result};
use crate::effects::{Effect, Kind};
use crate::rack::Rack;
use crate::rack::command::{Command, Event};

/// As long as anything fades, in milliseconds.
const FADE: i32 = 180;

/// As many commands may be on their way: some for every frame that the page draws, while the audio thread is busy.
const ROOM: usize = 512;

/// Frames that the spectrum is made of.
const WINDOW: u32 = 4096;

pub(super) struct Deck {
    context: AudioContext,
    worklet: Worklet,
    node: Node<Rack>,
    analyser: AnalyserNode,
    is_playing: Cell<bool>,
}

impl Deck {
    /// Starts the audio thread of a context, with an empty rack.
    pub(super) async fn start(context: AudioContext) -> Result<Self> {
        let worklet = Worklet::start(&context).await?;
        let rack = Rack::new(context.sample_rate());
        let options = NodeOptions::new().inputs(0).capacity(ROOM);
        let node = worklet.node(rack, &options).await?;
        let analyser = context.create_analyser()?;
        analyser.set_fft_size(WINDOW);
        analyser.set_smoothing_time_constant(0.75);
        node.connect_with_audio_node(&analyser)?;
        analyser.connect_with_audio_node(&context.destination())?;
        Ok(Deck {
            context,
            worklet,
            node,
            analyser,
            is_playing: Cell::new(false),
        })
    }

    /// Calls on the audio thread that came to a chunk before it was linked there, and had to link it.
    pub(super) fn late_links(&self) -> u32 {
        self.worklet.late_links()
    }

    /// Frames a second.
    pub(super) fn rate(&self) -> f32 {
        self.context.sample_rate()
    }

    pub(super) fn analyser(&self) -> &AnalyserNode {
        &self.analyser
    }

    /// Loads an effect's code on the page and on the audio thread, and makes one.
    pub(super) async fn make(&self, kind: Kind) -> Result<Box<dyn Effect>> {
        kind.split().load_on(&self.worklet).await?;
        Ok(kind.make(self.rate()).await?)
    }

    /// Tells the rack something, in the order of the calls.
    pub(super) fn send(&self, command: Command) {
        // The ring is full if the audio thread has not run for long: what comes then is lost, as it would be on a mixer
        // that is switched off.
        drop(self.node.send(command));
    }

    pub(super) async fn next_event(&self) -> Option<Event> {
        self.node.event().await
    }

    pub(super) fn is_playing(&self) -> bool {
        self.is_playing.get()
    }

    pub(super) fn play(&self, is_playing: bool) {
        self.is_playing.set(is_playing);
        self.send(Command::Play(is_playing));
    }

    /// Stops, and waits until nothing of the piece is heard.
    pub(super) async fn fade_out(&self) -> Result {
        if !self.is_playing() {
            return Ok(());
        }
        self.send(Command::Play(false));
        self.wait_for_fade().await?;
        self.send(Command::Play(true));
        Ok(())
    }

    /// Waits as long as a fade takes.
    pub(super) async fn wait_for_fade(&self) -> Result {
        dom::pause(FADE).await
    }
}
