//! The options of a node: its inputs and outputs, and the capacity of its queues.

/// The inputs and outputs of a node, and the capacity of its queues, for [`Worklet::node`](super::Worklet::node).
///
/// ```
/// use wasm_cleave::audio::NodeOptions;
///
/// // A synthesiser in mono, which receives up to 256 notes between two blocks.
/// let options = NodeOptions::new().inputs(0).outputs(&[1]).capacity(256);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[must_use = "options take effect when they are given to `Worklet::node`"]
pub struct NodeOptions {
    pub(super) inputs: usize,
    pub(super) channels: usize,
    pub(super) outputs: Vec<usize>,
    pub(super) capacity: usize,
}

impl Default for NodeOptions {
    fn default() -> Self {
        NodeOptions {
            inputs: 1,
            channels: 2,
            outputs: vec![2],
            capacity: 64,
        }
    }
}

impl NodeOptions {
    /// One input and one output, both stereo.
    pub fn new() -> Self {
        NodeOptions::default()
    }

    /// How many inputs the node has. Default: 1.
    pub fn inputs(mut self, count: usize) -> Self {
        self.inputs = count;
        self
    }

    /// The maximum number of channels at each input; connections with more are mixed down. Default: 2.
    pub fn channels(mut self, most: usize) -> Self {
        self.channels = most;
        self
    }

    /// How many channels each output has. Default: one output with 2.
    pub fn outputs(mut self, channels: &[usize]) -> Self {
        self.outputs = channels.to_vec();
        self
    }

    /// How many commands, and how many events, the queues between page and processor hold. Default: 64.
    pub fn capacity(mut self, count: usize) -> Self {
        self.capacity = count.max(1);
        self
    }
}
