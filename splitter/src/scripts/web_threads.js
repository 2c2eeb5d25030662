
// A Worker to which nothing refers may be collected while it runs.
const running = new Set();

// What an engine says when it starts no Worker, and whether that is because its script comes from elsewhere: some
// engines throw, others only say later that it has failed.
function refusal(what) {
  const { origin } = new URL(here);
  if (origin === location.origin) return what;
  const own = location.origin;
  return `its script comes from ${origin}, and Workers must come from the page's own origin, ${own}: ${what}`;
}

export function worker(start) {
  let worker;
  try {
    worker = new Worker(new URL('./NAME.cleave-worker.js', import.meta.url), { type: 'module' });
  } catch ({ name, message }) {
    throw Object.assign(new Error(refusal(message)), { name });
  }
  const thread = follow(worker, start, (take, fail) => {
    worker.addEventListener('message', ({ data }) => take(data));
    worker.addEventListener('error', (event) => {
      worker.terminate();
      fail(event.message || refusal('the Worker could not load its files'));
    });
  });
  running.add(worker);
  thread.ended.then(() => running.delete(worker));
  return thread;
}

export const parallelism = () => navigator.hardwareConcurrency;
