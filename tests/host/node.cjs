// node node.cjs GLUE split|merged|whole: runs a program, one event of its transcript a line on stdout.

const fs = require('node:fs');
const path = require('node:path');
const { makeHost, describe, runProgram } = require('./host.js');

const [glue, shape] = process.argv.slice(2);
const folder = path.dirname(path.resolve(glue));
let ended = false;

function emit(event) {
  if (ended) return;
  fs.writeSync(1, JSON.stringify(event) + '\n');
  if ('end' in event) {
    ended = true;
    process.exit(0);
  }
}

// Faults are done to the chunk files themselves, and undone after so many reads of this thread, which reads for all.
const isChunk = (name) => name.endsWith('.wasm') && !name.endsWith('_bg.wasm');
const aside = path.join(folder, 'aside');
let readsLeft = 0;

function mend() {
  if (!fs.existsSync(aside)) return;
  for (const name of fs.readdirSync(aside)) fs.renameSync(path.join(aside, name), path.join(folder, name));
  fs.rmdirSync(aside);
}

function damage(kind) {
  fs.mkdirSync(aside);
  for (const name of fs.readdirSync(folder).filter(isChunk)) {
    const bytes = fs.readFileSync(path.join(folder, name));
    fs.renameSync(path.join(folder, name), path.join(aside, name));
    const damaged = {
      missing: () => null,
      wrong: () => Buffer.from('this is not wasm'),
      truncated: () => bytes.subarray(0, bytes.length / 2),
      long: () => Buffer.concat([bytes, Buffer.alloc(4 << 20)]),
      other: () => otherBuild(bytes),
    }[kind]();
    if (damaged) fs.writeFileSync(path.join(folder, name), damaged);
  }
}

const { readFile } = fs.promises;
fs.promises.readFile = async (...args) => {
  try {
    return await readFile(...args);
  } finally {
    readsLeft -= 1;
    if (readsLeft === 0) mend();
  }
};

const control = {
  base: () => folder,
  isBundled: () => false,
  point() {},
  async fault(kind, times) {
    mend();
    // Files do not go away and come back by themselves, and have neither MIME type nor encoding.
    if (['none', 'gone', 'mime', 'compressed'].includes(kind)) return;
    readsLeft = times;
    damage(kind);
  },
};

// The same chunk with another build id: a valid module that belongs to another program.
function otherBuild(bytes) {
  const other = Buffer.from(bytes);
  const at = other.indexOf('cleave.build') + 'cleave.build'.length;
  for (let i = 0; i < 16; i++) other[at + i] ^= 0xff;
  return other;
}

globalThis.host = makeHost(emit, shape !== 'whole', control);
process.on('uncaughtException', (error) => emit({ end: `uncaught ${describe(error)}` }));
process.on('unhandledRejection', (error) => emit({ end: `unhandled ${describe(error)}` }));
process.on('exit', () => emit({ end: 'stuck: nothing is left that could continue' }));

runProgram(require(path.resolve(glue)), emit);
