// The audio thread of the program: an instance of its own in the memory of all, and processors that call it.
//
// The script runs once for the program, and once more for every list of parameters, which is behind the `#` of its URL.
import {
  initSync,
  __cleave_audio_start as start,
  __cleave_audio_link as link,
  __cleave_audio_fail as fail,
  __cleave_audio_process as render,
} from './NAME.js';

// Starting takes a lock which this thread must not wait for: if another thread holds it, the attempt traps.
const ATTEMPTS = 10_000;

function instantiate(module, memory) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (attempt === 1) initSync({ module, memory });
      else initSync().__wbindgen_start();
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof WebAssembly.RuntimeError)) throw error;
    }
  }
}

// Stands for the program: does what the page asks for, between two blocks.
class Host extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.port.onmessage = ({ data }) => this.obey(data);
    this.port.onmessageerror = () => this.port.postMessage({ undelivered: true });
    this.obey(processorOptions);
  }

  obey({ id, memory, module, modules, chunk, port }) {
    let failed;
    try {
      if (memory) {
        instantiate(module, memory);
        start(modules);
      } else if (port) {
        start([], port);
      } else {
        link(chunk, module);
      }
    } catch (error) {
      failed = String(error);
    }
    if (id !== undefined) this.port.postMessage({ id, failed });
  }

  process() {
    return true;
  }
}

// Hands the blocks of one node to its processor in Rust, through buffers in the memory of all. Makes no garbage.
const node = (params) =>
  class extends AudioWorkletProcessor {
    static get parameterDescriptors() {
      return params;
    }

    constructor({ processorOptions: { memory, unit, frames, samples, counts, inputs, outputs } }) {
      super();
      let address = samples;
      const channels = (count) =>
        Array.from({ length: count }, () => {
          const view = new Float32Array(memory.buffer, address, frames);
          address += view.byteLength;
          return view;
        });
      this.unit = unit;
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
        this.isOver = !render(this.unit, currentFrame);
        this.give(outputs);
      } catch (error) {
        this.isOver = true;
        this.port.postMessage(String(error));
        fail(this.unit);
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

const [, kind] = import.meta.url.split('#');
if (kind) {
  const { name, params } = JSON.parse(decodeURIComponent(kind));
  registerProcessor(name, node(params));
} else {
  registerProcessor('wasm-cleave', Host);
}
