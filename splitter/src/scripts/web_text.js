// Chromium and Firefox have no TextDecoder and no TextEncoder on audio threads, but the message of a panic, or a line
// for the console, needs them. These are for UTF-8 in one piece, which is what the glue below asks for.
const TextDecoder =
  globalThis.TextDecoder ??
  class {
    constructor(_, { fatal = false, ignoreBOM = false } = {}) {
      this.fatal = fatal;
      this.ignoreBOM = ignoreBOM;
    }

    decode(input = new ArrayBuffer(0)) {
      const { buffer = input, byteOffset = 0, byteLength } = input;
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
      let at = hasMark && !this.ignoreBOM ? 3 : 0;
      let text = '';
      while (at < bytes.length) {
        const first = bytes[at];
        at += 1;
        // How many bytes follow, and which are right for the next one; in the end the code point, or -1.
        let more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
        let least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
        let most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
        let point = more < 0 ? -1 : more === 0 ? first : first & (0x3f >> more);
        for (; more > 0; more -= 1) {
          const next = bytes[at];
          if (!(next >= least && next <= most)) {
            point = -1;
            break;
          }
          point = (point << 6) | (next & 0x3f);
          at += 1;
          least = 0x80;
          most = 0xbf;
        }
        if (point < 0 && this.fatal) throw new TypeError('the bytes are not UTF-8');
        text += point < 0 ? '\ufffd' : String.fromCodePoint(point);
      }
      return text;
    }
  };

const TextEncoder =
  globalThis.TextEncoder ??
  class {
    encode(text = '') {
      const bytes = new Uint8Array(3 * `${text}`.length);
      return bytes.slice(0, this.encodeInto(text, bytes).written);
    }

    encodeInto(text, bytes) {
      let read = 0;
      let written = 0;
      for (const character of `${text}`) {
        let point = character.codePointAt(0);
        // Half of a pair.
        if (point >= 0xd800 && point < 0xe000) point = 0xfffd;
        const more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
        if (written + more >= bytes.length) break;
        bytes[written] = more === 0 ? point : ((0xf00 >> (more + 1)) & 0xff) | (point >> (6 * more));
        for (let left = more - 1; left >= 0; left -= 1) {
          bytes[written + more - left] = 0x80 | ((point >> (6 * left)) & 0x3f);
        }
        read += character.length;
        written += more + 1;
      }
      return { read, written };
    }
  };

