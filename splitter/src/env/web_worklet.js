
// The audio thread of the program: an instance of its own in the memory of all, for which one processor stands. Its name
// is behind the `#` of the script's URL. Above is the glue, whose functions it calls; this script imports nothing, so
// that it can lie anywhere.
{
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
          __cleave_audio_start(modules);
        } else if (port) {
          __cleave_audio_start([], port);
        } else {
          __cleave_audio_link(chunk, module);
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

  const { name } = JSON.parse(decodeURIComponent(import.meta.url.split('#')[1]));
  globalThis[Symbol.for(name)] = { render: __cleave_audio_process, fail: __cleave_audio_fail };
  registerProcessor(name, Host);
}
