// Where the files of this program lie. A bundler sees in these lines that it needs them, and may rename them.
const chunks = {
  'CHUNK': () => new URL('./CHUNK', import.meta.url),
};
const here = import.meta.url;
export const base = () => here;
export const locate = (file) => (chunks[file]?.() ?? new URL(file, here)).href;
