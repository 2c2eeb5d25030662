// Processors with a list of parameters, which follows the `#` of the script's URL. The script runs once for each list,
// after that of the program, whose functions it calls.
const { program, name, params } = JSON.parse(decodeURIComponent(import.meta.url.split('#')[1]));
const { render, fail } = globalThis[Symbol.for(program)];

// Hands the blocks of one node to its processor in Rust, through buffers in the memory of all. Makes no garbage.
const node = (params) =>
  class extends AudioWorkletProcessor {
    static get parameterDescriptors() {
      return params;
    }

    constructor({ processorOptions: { memory, processor, frames, samples, counts, inputs, outputs } }) {
      super();
      let address = samples;
      const channels = (count) =>
        Array.from({ length: count }, () => {
          const view = new Float32Array(memory.buffer, address, frames);
          address += view.byteLength;
          return view;
        });
      this.processor = processor;
      this.inputs = inputs.map(channels);
      this.names = params.map(({ name }) => name);
      this.params = channels(params.length);
      this.outputs = outputs.map(channels);
      this.counts = new Uint32Array(memory.buffer, counts, inputs.length + params.length);
      this.isOver = false;
    }

    process(inputs, outputs, parameters) {
      if (this.isOver) return false;
      try {
        this.take(inputs, parameters);
        this.isOver = !render(this.processor, currentFrame);
        this.give(outputs);
      } catch (error) {
        this.isOver = true;
        // What a panic has said, else what the engine says.
        this.port.postMessage(fail(this.processor) ?? String(error));
      }
      return !this.isOver;
    }

    take(inputs, parameters) {
      for (let i = 0; i < this.inputs.length; i += 1) {
        const input = inputs[i];
        // More come only if the page has changed how the node counts channels.
        const count = Math.min(input.length, this.inputs[i].length);
        this.counts[i] = count;
        for (let c = 0; c < count; c += 1) this.inputs[i][c].set(input[c]);
      }
      for (let p = 0; p < this.params.length; p += 1) {
        const values = parameters[this.names[p]];
        this.counts[this.inputs.length + p] = values.length;
        this.params[p].set(values);
      }
    }

    give(outputs) {
      for (let o = 0; o < this.outputs.length; o += 1) {
        for (let c = 0; c < this.outputs[o].length; c += 1) outputs[o][c].set(this.outputs[o][c]);
      }
    }
  };

registerProcessor(name, node(JSON.parse(params)));
