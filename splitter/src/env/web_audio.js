
// Runs the script of the audio thread there or, with a kind, which is JSON, registers that kind of processor.
export async function worklet(context, kind) {
  const script = kind
    ? new URL('./wasm-cleave-processor.js', import.meta.url)
    : new URL('./wasm-cleave-worklet.js', import.meta.url);
  if (kind) script.hash = encodeURIComponent(kind);
  await context.audioWorklet.addModule(script);
}
