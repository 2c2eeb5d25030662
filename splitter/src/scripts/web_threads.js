
// Workers that are referred to by nobody may be collected while they run.
const running = new Set();

// What an engine says when it starts no Worker, and whether that is because its script comes from elsewhere: some throw,
// others only say later that it has failed.
function refusal(what) {
  const { origin } = new URL(here);
  if (origin === location.origin) return what;
  return `its script comes from ${origin}, and Workers must come from the page's own origin, ${location.origin}: ${what}`;
}

// Starts a thread. `ended` becomes undefined, the text of a failure, or null after `stop`.
export function worker(start) {
  let worker;
  try {
    worker = new Worker(new URL('./NAME.cleave-worker.js', import.meta.url), { type: 'module' });
  } catch ({ name, message }) {
    throw Object.assign(new Error(refusal(message)), { name });
  }
  const thread = {};
  thread.ended = new Promise((resolve) => {
    let hasStarted = false;
    let isToStop = false;
    const end = (why) => {
      running.delete(worker);
      resolve(why);
    };
    worker.addEventListener('message', ({ data }) => {
      if (data?.cleave === 'ended') end(data.why);
      if (data?.cleave === 'started') hasStarted = true;
      if (isToStop && hasStarted) worker.terminate();
    });
    worker.addEventListener('error', (event) => {
      worker.terminate();
      end(event.message || refusal('the Worker could not load its files'));
    });
    // A Worker that takes its stack from the memory of all holds a lock: it is not ended before it has let it go.
    thread.stop = () => {
      isToStop = true;
      if (hasStarted) worker.terminate();
      end(null);
    };
  });
  try {
    worker.postMessage(start, start.port ? [start.port] : []);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  running.add(worker);
  return thread;
}

export const parallelism = () => navigator.hardwareConcurrency;
