
// Starts a thread. `ended` becomes undefined, the text of a failure, or null after `stop`.
exports.worker = (start) => {
  const { Worker } = require('node:worker_threads');
  const worker = new Worker(require.resolve('./wasm-cleave-worker.js'), { name: start.name });
  const thread = {};
  thread.ended = new Promise((resolve) => {
    worker.on('message', (data) => {
      if (data?.cleave === 'ended') resolve(data.why);
    });
    worker.on('error', (error) => resolve(String(error)));
    worker.on('exit', () => resolve('the Worker exited'));
    thread.stop = () => {
      worker.terminate();
      resolve(null);
    };
  });
  try {
    worker.postMessage(start);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return thread;
};
