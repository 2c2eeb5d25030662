//! How an application wants a node to be.

/// How a node is connected, and how much may be on its way to and from its processor.
#[derive(Clone, Debug)]
pub struct Options {
    pub(super) inputs: usize,
    pub(super) channels: usize,
    pub(super) outputs: Vec<usize>,
    pub(super) room: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            inputs: 1,
            channels: 2,
            outputs: vec![2],
            room: 64,
        }
    }
}

impl Options {
    /// One input and one output, both stereo.
    pub fn new() -> Self {
        Options::default()
    }

    /// How many inputs the node has. Default: 1.
    pub fn inputs(mut self, count: usize) -> Self {
        self.inputs = count;
        self
    }

    /// The most channels that come in at each input; what has more is mixed down to it. Default: 2.
    pub fn channels(mut self, most: usize) -> Self {
        self.channels = most;
        self
    }

    /// How many channels each output has. Default: one output with 2.
    pub fn outputs(mut self, channels: &[usize]) -> Self {
        self.outputs = channels.to_vec();
        self
    }

    /// How many commands may be on their way, and as many events. Default: 64.
    pub fn room(mut self, count: usize) -> Self {
        self.room = count.max(1);
        self
    }
}
