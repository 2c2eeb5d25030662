
// The audio thread of the program: an instance of its own in the memory of all. One processor represents it, whose name
// follows the `#` of the script's URL. Above is the glue, whose functions it calls; this script imports nothing, so
// that it can lie anywhere.
{
  // Starting takes a lock which this thread must not wait for: if another thread holds it, the attempt traps.
  const ATTEMPTS = 10_000;

  function instantiate(start) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (attempt === 1) __cleave_begin(start);
        else initSync().__wbindgen_start(start.room.size);
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

    obey({ id, memory, module, room, modules, chunk, port }) {
      let failed;
      let hasBegun = !room;
      try {
        if (memory) {
          instantiate({ module, memory, room });
          hasBegun = true;
          __cleave_audio_start(modules);
        } else if (port) {
          __cleave_audio_start([], port);
        } else {
          __cleave_audio_link(chunk, module);
        }
      } catch (error) {
        failed = String(error);
      }
      if (id !== undefined) this.port.postMessage({ id, failed, hasBegun });
    }

    process() {
      return true;
    }
  }

  const { name } = JSON.parse(decodeURIComponent(import.meta.url.split('#')[1]));
  globalThis[Symbol.for(name)] = { render: __cleave_audio_process, fail: __cleave_audio_fail };
  registerProcessor(name, Host);
}
