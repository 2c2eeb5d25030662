
// Runs the script of the audio thread there; with a kind, which is JSON, it registers that kind of processor.
export async function worklet(context, kind) {
  const script = new URL('./wasm-cleave-worklet.js', import.meta.url);
  if (kind) script.hash = encodeURIComponent(kind);
  await context.audioWorklet.addModule(script);
}
