// What a fixture sees as `host`, alike in Node and in a page.
// `emit` takes an event of the transcript; `control` is what the two hosts do differently.

function makeHost(emit, isSplit, control) {
  return {
    log: (line) => emit({ line }),
    isSplit: () => isSplit,
    isBundled: () => control.isBundled(),
    point: (label) => control.point(label),
    fault: (kind, times) => control.fault(kind, times),
    base: () => control.base(),
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
    // Things for programs that import them.
    add: (a, b) => a + b,
    greet: (name) => `hello ${name}`,
    pair: (a, b) => [a, b],
    fail: (text) => {
      throw new Error(text);
    },
    apply: (callback, value) => callback(value),
    keep(callback) {
      this.kept = callback;
    },
    callKept(value) {
      return this.kept(value);
    },
    // The names of functions on the stack that contain `part`, innermost first.
    stack(part) {
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 100;
      const frames = new Error().stack.split('\n');
      Error.stackTraceLimit = limit;
      const names = frames.map((frame) => /at (?:async )?(.*?) \(/.exec(frame)?.[1] ?? '');
      return names.filter((name) => name.includes(part)).join('\n');
    },
  };
}

// How an error reads in a transcript: no stack, no addresses.
function describe(error) {
  if (!(error instanceof Error)) return String(error);
  return `${error.name}: ${error.message}`;
}

async function runProgram(program, emit) {
  try {
    await program.run();
    emit({ end: 'ok' });
  } catch (error) {
    emit({ end: `thrown ${describe(error)}` });
  }
}

if (typeof module !== 'undefined') module.exports = { makeHost, describe, runProgram };
