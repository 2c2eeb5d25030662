
// V8 11.3 (Node 20) has a baseline compiler that loses the address of `memory.atomic.wait32` in loops, so that threads
// wait in the wrong place, and locks do not lock. The optimising compiler is right. No other version of Node is affected.
if (process.versions.v8.startsWith('11.3.')) require('node:v8').setFlagsFromString('--no-liftoff');

// Starts a thread. `ended` becomes undefined, the text of a failure, or null after `stop`.
exports.worker = (start) => {
  const { Worker } = require('node:worker_threads');
  const worker = new Worker(require.resolve('./NAME.cleave-worker.js'), { name: start.name });
  const thread = {};
  thread.ended = new Promise((resolve) => {
    let hasStarted = false;
    let isToStop = false;
    worker.on('message', (data) => {
      if (data?.cleave === 'ended') resolve(data.why);
      if (data?.cleave === 'started') hasStarted = true;
      if (isToStop && hasStarted) worker.terminate();
    });
    worker.on('error', (error) => resolve(String(error)));
    worker.on('exit', () => resolve('the Worker exited'));
    // A Worker that takes its stack from the memory of all holds a lock: it is not ended before it has let it go.
    thread.stop = () => {
      isToStop = true;
      if (hasStarted) worker.terminate();
      resolve(null);
    };
  });
  try {
    worker.postMessage(start, start.port ? [start.port] : []);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  // A pool may be there for as long as the program: it does not keep it running.
  if (start.pool) worker.unref();
  return thread;
};

exports.parallelism = () => require('node:os').availableParallelism();
