
// Workers that are referred to by nobody may be collected while they run.
const running = new Set();

// Starts a thread. `ended` becomes undefined, the text of a failure, or null after `stop`.
export function worker(start) {
  const worker = new Worker(new URL('./NAME.cleave-worker.js', import.meta.url), { type: 'module' });
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
      end(event.message || 'the Worker could not load its files');
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
