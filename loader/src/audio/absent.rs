//! Audio in programs that are not built for threads: these compile, and get an error that says what is missing.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::Deref;

use web_sys::{AudioParam, AudioWorkletNode, BaseAudioContext};

use super::error::{AudioError, AudioErrorKind};
use super::node_options::NodeOptions;
use super::param::Param;
use super::processor::Processor;
use crate::error::LoadError;
use crate::target::Target;

/// The program on the audio thread of one context: there is none in this build.
#[derive(Clone, Debug)]
pub struct Worklet(Infallible);

#[expect(
    missing_docs,
    reason = "the documentation is that of programs built for threads"
)]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl Worklet {
    pub async fn start(_: &BaseAudioContext) -> Result<Worklet, AudioError> {
        let why = "the program is not built for threads";
        Err(AudioError::new(AudioErrorKind::NotShared, why))
    }

    #[must_use]
    pub fn context(&self) -> &BaseAudioContext {
        match self.0 {}
    }

    pub async fn node<P: Processor>(&self, _: P, _: &NodeOptions) -> Result<Node<P>, AudioError> {
        match self.0 {}
    }

    #[must_use]
    pub fn late_links(&self) -> u32 {
        match self.0 {}
    }

    pub async fn later_link(&self, _: u32) -> u32 {
        match self.0 {}
    }

    pub(crate) async fn load(&self, _: Target) -> Result<(), LoadError> {
        match self.0 {}
    }
}

/// A processor at work: there is none in this build.
#[derive(Debug)]
pub struct Node<P>(Infallible, PhantomData<P>);

#[expect(
    missing_docs,
    reason = "the documentation is that of programs built for threads"
)]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl<P: Processor> Node<P> {
    pub fn send(&self, _: P::Command) -> Result<(), P::Command> {
        match self.0 {}
    }

    #[must_use]
    pub fn try_event(&self) -> Option<P::Event> {
        match self.0 {}
    }

    pub async fn event(&self) -> Option<P::Event> {
        match self.0 {}
    }

    pub async fn ended(&self) -> Result<(), AudioError> {
        match self.0 {}
    }

    #[must_use]
    pub fn param(&self, _: &Param) -> Option<AudioParam> {
        match self.0 {}
    }
}

impl<P> Deref for Node<P> {
    type Target = AudioWorkletNode;

    fn deref(&self) -> &AudioWorkletNode {
        match self.0 {}
    }
}
