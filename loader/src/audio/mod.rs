//! Sound: processors that render on the audio thread of a page, in the memory of the program, and chunks that load while
//! the music plays.
//!
//! [`Worklet::start`] starts the program on the audio thread of a context; [`Worklet::node`] starts a [`Processor`] there.
//! Both are for the page. [`Split::load_on`](crate::Split::load_on) loads a split and returns when the audio thread can call
//! into it: after that, whatever the split's functions make (a `Box<dyn Effect>`, a function pointer) may be sent to a
//! processor, which calls it without a pause.
//!
//! ```no_run
//! use wasm_cleave::audio::{
//!     AudioError, Input, NodeOptions, Output, Params, ProcessContext, ProcessStatus, Processor, Worklet,
//! };
//! use wasm_cleave::{split, wasm_split};
//!
//! pub trait Effect: Send {
//!     fn render(&mut self, samples: &mut [f32]);
//! }
//!
//! #[wasm_split(reverb)]
//! fn reverb() -> Box<dyn Effect> {
//!     # struct Reverb; impl Effect for Reverb { fn render(&mut self, _: &mut [f32]) {} }
//!     // …
//!     # Box::new(Reverb)
//! }
//!
//! struct Rack(Option<Box<dyn Effect>>);
//!
//! impl Processor for Rack {
//!     type Command = Option<Box<dyn Effect>>;
//!     type Event = ();
//!
//!     fn command(&mut self, effect: &mut Option<Box<dyn Effect>>, _: &mut ProcessContext<'_, ()>) {
//!         std::mem::swap(&mut self.0, effect); // the old one is dropped on the page
//!     }
//!
//!     fn process(
//!         &mut self,
//!         inputs: &[Input],
//!         outputs: &mut [Output],
//!         _: &Params,
//!         _: &mut ProcessContext<'_, ()>,
//!     ) -> ProcessStatus {
//!         for channel in 0..inputs[0].channels() {
//!             outputs[0].channel_mut(channel).copy_from_slice(inputs[0].channel(channel));
//!             if let Some(effect) = &mut self.0 {
//!                 effect.render(outputs[0].channel_mut(channel));
//!             }
//!         }
//!         ProcessStatus::KeepAlive
//!     }
//! }
//!
//! async fn play(context: &web_sys::BaseAudioContext) -> Result<(), Box<dyn std::error::Error>> {
//!     let worklet = Worklet::start(context).await?;
//!     let rack = worklet.node(Rack(None), &NodeOptions::new()).await?;
//!     // … later, while it plays:
//!     split!(reverb).load_on(&worklet).await?;
//!     let _ = rack.send(Some(reverb().await?));
//!     # Ok(())
//! }
//! ```
//!
//! # Rules of the audio thread
//! - It never fetches, waits or blocks, and what is here neither allocates nor frees there while it renders. See
//!   [`CountAllocations`] for whether your processors do.
//! - A function of a chunk that is not linked there works all the same, since the chunk's bytes are in memory; but that
//!   block may come late. It is [counted](Worklet::late_links).
//! - Awaiting is for the page: on the audio thread, [`Call::try_now`](crate::Call::try_now) runs a split function that is
//!   loaded.
//!
//! Needs the feature `audio`. Programs that are not built for threads compile too, and so do tests on other targets, but
//! there [`Worklet::start`] returns an error that says what is missing.

#[cfg(not(target_feature = "atomics"))]
mod absent;
mod allocations;
#[cfg_attr(
    not(target_feature = "atomics"),
    allow(dead_code, reason = "there are no blocks")
)]
mod block;
#[cfg_attr(
    not(target_feature = "atomics"),
    allow(dead_code, reason = "there are no blocks")
)]
mod channels;
mod error;
#[cfg(target_feature = "atomics")]
pub(crate) mod inside;
#[cfg(target_feature = "atomics")]
mod js;
#[cfg(target_feature = "atomics")]
mod node;
mod node_options;
#[cfg(target_feature = "atomics")]
mod panics;
mod param;
mod process_context;
mod processor;
#[cfg(target_feature = "atomics")]
mod requests;
#[cfg(any(target_feature = "atomics", test))]
#[cfg_attr(loom, allow(dead_code, reason = "the models take the border alone"))]
mod shared_processor;
#[cfg(test)]
mod shared_processor_tests;
#[cfg(target_feature = "atomics")]
mod thread;
#[cfg(target_feature = "atomics")]
mod worklet;

#[cfg(not(target_feature = "atomics"))]
pub use absent::{Node, Worklet};
pub use allocations::CountAllocations;
pub use block::{Input, Output};
pub use error::{AudioError, AudioErrorKind};
#[cfg(target_feature = "atomics")]
pub use node::Node;
pub use node_options::NodeOptions;
pub use param::{Param, Params, Rate};
pub use process_context::ProcessContext;
pub use processor::{FromFn, ProcessStatus, Processor, from_fn};
#[cfg(target_feature = "atomics")]
pub use worklet::Worklet;

use crate::error::LoadError;
use crate::split::Split;

impl Split {
    /// Loads it now, and links it with the audio thread of `worklet`: after that, processors there call into it without a
    /// pause, also through what its functions have made.
    ///
    /// # Errors
    /// When the load fails, on the page or on the audio thread. It can be tried again.
    pub async fn load_on(&self, worklet: &Worklet) -> Result<(), LoadError> {
        worklet.load(self.target()).await
    }
}
