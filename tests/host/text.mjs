// node text.mjs SCRIPT: compares the TextDecoder and TextEncoder of audio threads with Node's own.

import assert from 'node:assert/strict';
import fs from 'node:fs';

const script = fs.readFileSync(process.argv[2], 'utf8');
const evaluate = (scope) => new Function('globalThis', `${script}\nreturn { TextDecoder, TextEncoder };`)(scope);
const ours = evaluate({});
assert.notEqual(ours.TextDecoder, TextDecoder);
assert.deepEqual(evaluate({ TextDecoder, TextEncoder }), { TextDecoder, TextEncoder });

// A small generator, so that a failure comes again.
let seed = 1;
const below = (end) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * end);
};
const pick = (list) => list[below(list.length)];

const attempt = (act) => {
  try {
    return act();
  } catch (error) {
    return error.constructor;
  }
};
const decoders = [undefined, {}, { fatal: true }, { ignoreBOM: true }, { fatal: true, ignoreBOM: true }].map((options) => [
  new ours.TextDecoder('utf-8', options),
  new TextDecoder('utf-8', options),
]);
let decoded = 0;
function compareDecoders(bytes) {
  for (const [mine, nodes] of decoders) {
    assert.equal(attempt(() => mine.decode(bytes)), attempt(() => nodes.decode(bytes)), Buffer.from(bytes).toString('hex'));
    decoded += 1;
  }
}

// All that two bytes can be, alone and in front of another character, and all borders of three and four.
const edges = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee];
edges.push(0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff, 0xbb, 0xfe);
for (let a = 0; a < 256; a += 1) {
  compareDecoders(Uint8Array.of(a));
  for (let b = 0; b < 256; b += 1) compareDecoders(Uint8Array.of(a, b, 0x41));
}
for (const a of edges) {
  for (const b of edges) {
    for (const c of edges) compareDecoders(Uint8Array.of(a, b, c, pick(edges), 0x41));
  }
}
for (let round = 0; round < 20_000; round += 1) {
  const bytes = Uint8Array.from({ length: below(24) }, () => (below(3) ? pick(edges) : below(256)));
  compareDecoders(bytes);
}
// Every character, and the mark of byte order in front, twice, and elsewhere.
for (let point = 0; point < 0x110000; point += 1 + below(7)) {
  if (point < 0xd800 || point > 0xdfff) compareDecoders(Buffer.from(String.fromCodePoint(point)));
}
for (const text of ['\ufeff', '\ufeffa', '\ufeff\ufeffa', 'a\ufeff', '']) compareDecoders(Buffer.from(text));

// Views, shared or not, and buffers; nothing at all.
const plain = new ours.TextDecoder();
const shared = new Uint8Array(new SharedArrayBuffer(16));
shared.set(Buffer.from('zäh'), 4);
assert.equal(plain.decode(shared.subarray(4, 8)), 'zäh');
assert.equal(plain.decode(new DataView(shared.buffer, 5, 2)), 'ä');
assert.equal(plain.decode(Uint8Array.of(65, 66).buffer), 'AB');
assert.equal(plain.decode(), '');
assert.equal(new ours.TextDecoder('utf-8', { ignoreBOM: true }).ignoreBOM, true);

const encoders = [new ours.TextEncoder(), new TextEncoder()];
const units = [0x41, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xfffd, 0xffff];
let encoded = 0;
for (let round = 0; round < 20_000; round += 1) {
  const codes = Array.from({ length: below(12) }, () => (below(3) ? pick(units) : below(0x10000)));
  const text = String.fromCharCode(...codes);
  const [mine, nodes] = encoders.map((encoder) => encoder.encode(text));
  assert.deepEqual([...mine], [...nodes], JSON.stringify(text));
  const room = below(40);
  const [into, expected] = encoders.map((encoder) => {
    const bytes = new Uint8Array(room);
    return [encoder.encodeInto(text, bytes), [...bytes]];
  });
  assert.deepEqual(into, expected, JSON.stringify([text, room]));
  encoded += 1;
}
assert.deepEqual([...encoders[0].encode()], []);
console.log(`all right: ${decoded} decoded, ${encoded} encoded`);
