// What the loader does when the network does what it does. Each scenario has a program of its own.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const file = (name) => readFileSync(new URL(name, import.meta.url));
const HTTP = 'http://app.test/sub/';
const ALPHA = ['a.wasm', 'shared ü.wasm'];

globalThis.manifest = file('manifest.bin');
let programs = 0;

/// A new program in its first state, with `base` as the place of its files.
async function program(base = HTTP) {
  globalThis.base = base;
  const probe = await import(`./probe.js?${programs++}`);
  const { memory } = await probe.default({ module_or_path: file('probe_bg.wasm') });
  globalThis.memory = memory;
  probe.setup(2, 4, 2000, 4000, undefined);
  return probe;
}

/// Puts `answer(name, count, options)` in the place of the network; returns the requests as they come.
function network(answer) {
  const requests = [];
  globalThis.fetch = async (url, options) => {
    const name = decodeURIComponent(new URL(url).pathname.split('/').pop());
    const count = requests.filter((request) => request.name === name).length + 1;
    requests.push({ url, name, options });
    return await answer(name, count, options);
  };
  return requests;
}

const type = 'application/wasm';
const wasm = (body, headers = { 'content-type': type }) => new Response(body, { headers });

/// How a file is compiled: as it arrives, whatever the server calls it, or when it is there, in engines of old.
const WAYS = [type, 'application/octet-stream', 'without compileStreaming'];

/// The type under which the server sends files, and an engine that compiles them this way.
async function compiling(way, body) {
  const { compileStreaming } = WebAssembly;
  const isOld = way === WAYS[2];
  if (isOld) delete WebAssembly.compileStreaming;
  try {
    await body(isOld ? type : way);
  } finally {
    WebAssembly.compileStreaming = compileStreaming;
  }
}

const good = (name) => wasm(file(name));
const status = (status) => new Response('no', { status });
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
const lost = () => { throw new TypeError('fetch failed'); };
const until = async (done) => {
  for (let round = 0; round < 200 && !done(); round++) await pause(5);
  assert.ok(done(), 'it did not happen within a second');
};

/// The error that `load` fails with.
async function failure(load) {
  const error = await load.then(() => assert.fail('it loaded'), (error) => error);
  assert.ok(error instanceof Error, String(error));
  assert.equal(error.name, 'ChunkLoadError');
  assert.match(error.message, /^cannot load .+\nhelp: .+$/s);
  return error;
}

test('all chunks of a split start at once, and their data is written once', async () => {
  const probe = await program();
  let open;
  const gate = new Promise((resolve) => { open = resolve; });
  const requests = network(async (name) => { await gate; return good(name); });
  const loads = [probe.preload('alpha'), probe.preload('alpha'), probe.preload('beta')];
  await pause(20);
  assert.deepEqual(requests.map(({ name }) => name).sort(), ['a.wasm', 'b.wasm', 'shared ü.wasm']);
  assert.equal(probe.is_loaded('alpha'), false);
  open();
  await Promise.all(loads);
  assert.ok(probe.is_loaded('alpha') && probe.is_loaded('beta'));
  assert.deepEqual([probe.written(512), probe.written(513)], [41, 42]);
  await probe.preload('alpha');
  assert.equal(requests.length, 3, 'what is ready is not asked for again');
});

test('URLs are relative to the program, options as configured', async () => {
  const probe = await program('http://app.test/sub/probe.js');
  const requests = network(good);
  await probe.preload('beta');
  assert.deepEqual(requests.map(({ url }) => url), [`${HTTP}b.wasm`, `${HTTP}shared%20%C3%BC.wasm`]);
  const { credentials, integrity, cache, signal } = requests[0].options;
  assert.deepEqual([credentials, integrity, cache], ['include', undefined, undefined]);
  assert.ok(signal instanceof AbortSignal);
});

test('a base URL may be relative and need not end with a slash', async () => {
  for (const [base, expected] of [
    ['../cdn', 'http://app.test/cdn/b.wasm'],
    ['https://cdn.test/v1/', 'https://cdn.test/v1/b.wasm'],
  ]) {
    const probe = await program();
    probe.setup(0, 1, 1000, 1000, base);
    const requests = network(good);
    await probe.preload('beta');
    assert.equal(requests[0].url, expected);
  }
});

test('a base that is no URL is an error', async () => {
  const probe = await program();
  probe.setup(0, 1, 1000, 1000, 'http://[');
  const requests = network(good);
  const error = await failure(probe.preload('beta'));
  assert.deepEqual([error.kind, error.attempts, requests.length], ['Backend', 0, 0]);
});

test('what may pass is tried again, bypassing caches', async () => {
  const faults = [() => status(503), lost, () => wasm(file('a.wasm').subarray(0, 20)), () => wasm('x'.repeat(50))];
  for (const fault of faults) {
    const probe = await program();
    const requests = network((name, count) => (name === 'a.wasm' && count < 3 ? fault() : good(name)));
    await probe.preload('alpha');
    const asked = requests.filter(({ name }) => name === 'a.wasm').map(({ options }) => options.cache);
    assert.deepEqual(asked, [undefined, 'reload', 'reload']);
    assert.equal(probe.written(512), 41);
  }
});

const broken = () => {
  let pieces = 0;
  const pull = (controller) => {
    if (pieces++) controller.error(new TypeError('terminated'));
    else controller.enqueue(file('a.wasm').subarray(0, 20));
  };
  return wasm(new ReadableStream({ pull }));
};
const flipped = () => { const bytes = file('a.wasm'); bytes[bytes.lastIndexOf(41)] ^= 1; return wasm(bytes); };

for (const [what, answer, kind, attempts, text] of [
  ['no such file', () => status(404), 'NotFound', 1, /reload the page/],
  ['a page instead', () => wasm('<!doctype html>', { 'content-type': 'text/html; charset=utf-8' }), 'NotFound', 1, /a page in its place/],
  ['no permission', () => status(403), 'Http', 1, /refused with status 403/],
  ['a busy server', () => status(503), 'Http', 3, /status 503.*after 3 attempts/],
  ['no connection', lost, 'Network', 3, /TypeError: fetch failed/],
  ['a connection that breaks off', broken, 'Network', 3, /terminated/],
  ['a truncated file', () => wasm(file('a.wasm').subarray(0, 20)), 'Integrity', 3, /20 bytes instead of \d+/],
  ['a file that is too long', () => wasm(Buffer.concat([file('a.wasm'), Buffer.alloc(9)])), 'Integrity', 3, /bytes instead of/],
  ['one wrong bit', flipped, 'Integrity', 3, /wrong SHA-256/],
  ['zeros of equal length', () => wasm(new Uint8Array(file('a.wasm').length)), 'Integrity', 3, /wrong SHA-256/],
  ['a chunk of another build', () => wasm(file('other-build.bin')), 'OtherBuild', 1, /reload the page/],
]) {
  for (const way of WAYS) {
    test(`${what} (${way}): everybody hears of it, and the next call tries again`, () => compiling(way, async (mime) => {
      const probe = await program();
      const bad = (name) => {
        const response = answer(name);
        if (response.headers.get('content-type') === type) response.headers.set('content-type', mime);
        return response;
      };
      let fail = true;
      const requests = network((name) => (fail && name === 'a.wasm' ? bad(name) : good(name)));
      const errors = await Promise.all([failure(probe.preload('alpha')), failure(probe.preload('alpha'))]);
      for (const error of errors) {
        assert.deepEqual([error.kind, error.attempts, error.file], [kind, attempts, 'a.wasm']);
        assert.equal(error.url, `${HTTP}a.wasm`);
        assert.match(error.message, text);
        assert.equal(error.status, kind === 'Http' ? answer(file).status : undefined);
      }
      const failed = requests.filter(({ name }) => name === 'a.wasm');
      assert.deepEqual(failed.map(({ options }) => options.signal.aborted), Array(attempts).fill(true));
      assert.equal(probe.is_loaded('alpha'), false);
      assert.equal(probe.written(512), 0);
      await until(() => probe.is_loaded('beta') || requests.some(({ name }) => name === 'shared ü.wasm'));
      assert.match(probe.chunks()[0], new RegExp(`^a.wasm alpha Failed ${attempts} timed=true$`));

      fail = false;
      await probe.preload('alpha');
      assert.ok(probe.is_loaded('alpha'));
      assert.deepEqual([probe.written(512), probe.written(513)], [41, 42]);
    }));
  }
}

/// The bytes of a large file as a stream of pieces of this size.
function pieces(bytes, size) {
  let at = 0;
  const pull = (controller) => {
    if (at === bytes.length) return controller.close();
    controller.enqueue(bytes.slice(at, (at = Math.min(at + size, bytes.length))));
  };
  return new ReadableStream({ pull });
}

const BLOCK = 512 << 10;

for (const size of [99_999, BLOCK / 2, BLOCK, BLOCK + 1, 3 * BLOCK]) {
  for (const way of WAYS) {
    test(`a file of several blocks in pieces of ${size} bytes (${way})`, () => compiling(way, async (mime) => {
      const probe = await program();
      const headers = { 'content-type': mime };
      const right = file('large.wasm');
      const wrong = [0, 1, 2].map((block) => {
        const bytes = Buffer.from(right);
        bytes[block * BLOCK + 500] ^= 1;
        return bytes;
      });
      const answers = [right.subarray(0, 2 * BLOCK), Buffer.concat([right, Buffer.alloc(2 * BLOCK)]), ...wrong];
      let answer;
      network(() => wasm(pieces(answer, size), headers));
      for (answer of answers) {
        const error = await failure(probe.preload('gamma'));
        const expected = answer.length === right.length ? /wrong SHA-256/ : /bytes instead of/;
        assert.equal(error.kind, 'Integrity');
        assert.match(error.message, expected);
      }
      answer = right;
      await probe.preload('gamma');
      assert.ok(probe.is_loaded('gamma'));
    }));
  }
}

/// Runs `body` in an engine that computes no hashes, as a page outside of secure contexts does.
async function insecurely(body) {
  const { subtle } = crypto;
  Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
  try {
    await body();
  } finally {
    Object.defineProperty(crypto, 'subtle', { value: subtle, configurable: true });
  }
}

test('without hashes of our own the browser checks them', () => insecurely(async () => {
  const probe = await program();
  const requests = network(good);
  await probe.preload('beta');
  const expected = createHash('sha256').update(file('b.wasm')).digest('base64');
  assert.equal(requests[0].options.integrity, `sha256-${expected}`);
}));

test('a chunk of another build does not link, whoever delivers it', () => insecurely(async () => {
  const probe = await program();
  probe.setup_backend(async () => new Uint8Array(file('other-build.bin')));
  assert.equal(file('other-build.bin').length, file('a.wasm').length);
  const error = await failure(probe.preload('alpha'));
  assert.deepEqual([error.kind, probe.written(512)], ['OtherBuild', 0]);
}));

for (const way of WAYS) {
  test(`chunks compile as they stream where the engine can (${way})`, () => compiling(way, async (mime) => {
    const { compile, compileStreaming } = WebAssembly;
    const used = [];
    WebAssembly.compile = (bytes) => { used.push('compile'); return compile(bytes); };
    if (compileStreaming) {
      WebAssembly.compileStreaming = (response) => { used.push('compileStreaming'); return compileStreaming(response); };
    }
    try {
      const probe = await program();
      network((name) => wasm(file(name), { 'content-type': mime }));
      await probe.preload('beta');
      const expected = compileStreaming ? 'compileStreaming' : 'compile';
      assert.deepEqual(used, [expected, expected]);
    } finally {
      WebAssembly.compile = compile;
    }
  }));
}

test('an attempt that takes too long is aborted and tried again', async () => {
  const probe = await program();
  probe.setup(1, 1, 60, 5000, undefined);
  const signals = [];
  network((name, count, { signal }) => {
    if (name !== 'a.wasm' || count > 1) return good(name);
    signals.push(signal);
    return new Promise(() => {});
  });
  await probe.preload('alpha');
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true]);
});

test('all attempts together have a limit', async () => {
  const probe = await program();
  probe.setup(1000, 10, 40, 150, undefined);
  network(() => new Promise(() => {}));
  const start = performance.now();
  const error = await failure(probe.preload('alpha'));
  assert.equal(error.kind, 'Timeout');
  assert.ok(error.attempts > 1, String(error.attempts));
  assert.ok(performance.now() - start < 400);
});

test('who leaves does not stop the load', async () => {
  const probe = await program();
  const requests = network(good);
  probe.preload_and_leave('alpha');
  await until(() => probe.is_loaded('alpha'));
  assert.equal(requests.length, 2);
});

test('prefetching fails in silence', async () => {
  const probe = await program();
  probe.setup(0, 1, 1000, 1000, undefined);
  let fail = true;
  const requests = network((name) => (fail ? status(404) : good(name)));
  probe.prefetch('alpha');
  assert.equal(requests.length, 0, 'not at once');
  await until(() => requests.length === 2);
  await pause(20);
  assert.equal(probe.is_loaded('alpha'), false);
  fail = false;
  probe.prefetch('alpha');
  await until(() => probe.is_loaded('alpha'));
});

test('an idle thread is asked for where it can be', async () => {
  const probe = await program();
  const requests = network(good);
  let idle;
  globalThis.requestIdleCallback = (callback) => { idle = callback; return 1; };
  try {
    probe.prefetch('alpha');
    await pause(10);
    assert.equal(requests.length, 0);
    idle();
    await until(() => probe.is_loaded('alpha'));
  } finally {
    delete globalThis.requestIdleCallback;
  }
});

/// Runs `body` in an engine that hands results of its other threads over when a timer ends, as WebKitGTK does at times.
async function drowsily(body) {
  const results = [];
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (callback, time) => setTimeout(() => {
    results.splice(0).forEach((resolve) => resolve());
    callback();
  }, time);
  const names = ['compile', 'compileStreaming', 'instantiate'].filter((name) => name in WebAssembly);
  const originals = names.map((name) => WebAssembly[name]);
  names.forEach((name, at) => {
    WebAssembly[name] = async (...args) => {
      const result = await originals[at](...args);
      await new Promise((resolve) => results.push(resolve));
      return result;
    };
  });
  try {
    await body();
  } finally {
    globalThis.setTimeout = setTimeout;
    names.forEach((name, at) => { WebAssembly[name] = originals[at]; });
  }
}

for (const way of WAYS) {
  test(`what the engine has done is not waited for longer than needed (${way})`, () => compiling(way, async (mime) => {
    const probe = await program();
    const requests = network((name) => wasm(file(name), { 'content-type': mime }));
    await drowsily(async () => {
      const start = performance.now();
      await probe.preload('alpha');
      assert.ok(performance.now() - start < 1500, 'it took until the limit of an attempt');
    });
    assert.equal(requests.length, 2, 'each was fetched once');
  }));
}

for (const mime of WAYS.slice(0, 2)) test(`progress says what arrived (${mime})`, async () => {
  const probe = await program();
  const bytes = file('a.wasm');
  const sizes = { total: bytes.length + file('shared ü.wasm').length };
  network((name) => {
    if (name !== 'a.wasm') return good(name);
    const pieces = [bytes.subarray(0, 10), bytes.subarray(10)];
    const pull = (controller) => (pieces.length ? controller.enqueue(pieces.shift()) : controller.close());
    return wasm(new ReadableStream({ pull }), { 'content-type': mime });
  });
  assert.deepEqual(probe.progress('alpha'), [0, sizes.total]);
  assert.deepEqual(probe.chunks()[2], 'shared ü.wasm alpha+beta Absent 0 timed=false');
  await probe.preload('alpha');
  const size = bytes.length;
  assert.deepEqual(probe.events().filter((event) => event.startsWith('a.wasm')), [
    `a.wasm Fetching 0/${size}`,
    `a.wasm Fetching 10/${size}`,
    `a.wasm Fetching ${size}/${size}`,
    `a.wasm Compiled ${size}/${size}`,
    `a.wasm Ready ${size}/${size}`,
  ]);
  assert.deepEqual(probe.progress('alpha'), [sizes.total, sizes.total]);
  assert.equal(probe.chunks()[0], 'a.wasm alpha Ready 1 timed=true');
});

test('a split that the program does not have is loaded', async () => {
  const probe = await program();
  const requests = network(good);
  await probe.preload('nowhere');
  assert.ok(probe.is_loaded('nowhere'));
  assert.deepEqual(probe.progress('nowhere'), [0, 0]);
  assert.equal(requests.length, 0);
});

test('files', async () => {
  globalThis.fetch = () => assert.fail('no network');
  const probe = await program(new URL('./', import.meta.url).href);
  await probe.preload('alpha');
  assert.deepEqual([probe.written(512), probe.written(513)], [41, 42]);
});

test('files that are not there', async () => {
  const probe = await program(new URL('./nowhere/', import.meta.url).href);
  const error = await failure(probe.preload('beta'));
  assert.deepEqual([error.kind, error.attempts, error.retryable], ['NotFound', 1, false]);
});

test('files where there is no file system', async () => {
  const probe = await program(new URL('./', import.meta.url).href);
  const { process } = globalThis;
  globalThis.process = undefined;
  try {
    const error = await failure(probe.preload('beta'));
    assert.equal(error.kind, 'Backend');
    assert.match(error.message, /over HTTP/);
  } finally {
    globalThis.process = process;
  }
});

test('a backend of the user', async () => {
  globalThis.fetch = () => assert.fail('no network');
  const probe = await program();
  const asked = [];
  probe.setup_backend(async (name, url) => { asked.push([name, url]); return new Uint8Array(file(name)); });
  await probe.preload('alpha');
  assert.deepEqual(asked.map(([name]) => name), ALPHA);
  assert.equal(asked[0][1], `${HTTP}a.wasm`);
  assert.equal(probe.written(512), 41);

  const other = await program();
  other.setup_backend(async () => { throw new Error('shelf empty'); });
  const error = await failure(other.preload('alpha'));
  assert.equal(error.kind, 'Backend');
  assert.match(error.message, /shelf empty/);
});

test('a module that does not link leaves things as they were', async () => {
  const probe = await program();
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async () => { throw new WebAssembly.LinkError('no such export'); };
  network(good);
  try {
    const error = await failure(probe.preload('alpha'));
    assert.deepEqual([error.kind, error.attempts], ['Instantiate', 1]);
    assert.match(error.message, /LinkError: no such export/);
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  await probe.preload('alpha');
  assert.equal(probe.written(512), 41);
});

test('a damaged manifest', async () => {
  const whole = globalThis.manifest;
  globalThis.manifest = whole.subarray(0, 100);
  const probe = await program().catch((error) => error);
  try {
    const error = await failure(probe.preload('alpha'));
    assert.equal(error.kind, 'Manifest');
    assert.match(error.message, /ends too early/);
    assert.equal(probe.is_loaded('alpha'), false);
  } finally {
    globalThis.manifest = whole;
  }
});
