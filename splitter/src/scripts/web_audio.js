
// Other programs may be on the same audio thread: no name is theirs and ours.
const program = `wasm-cleave-${Math.random()}`;

// Runs the script of the audio thread there or, with parameters, which are JSON, the one that registers processors with
// these. Resolves to the name of the processor.
export async function worklet(context, params) {
  const name = program + params;
  const script = params
    ? new URL('./NAME.cleave-processor.js', import.meta.url)
    : new URL('./NAME.cleave-worklet.js', import.meta.url);
  script.hash = encodeURIComponent(JSON.stringify({ program, name, params }));
  await context.audioWorklet.addModule(script);
  return name;
}
