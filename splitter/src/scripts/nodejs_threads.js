
// V8 11.3 (Node 20) has a baseline compiler that loses the address of `memory.atomic.wait32` in loops, so that threads
// wait in the wrong place, and locks do not lock. The optimising compiler is right. Other versions of Node are not
// affected.
if (process.versions.v8.startsWith('11.3.')) require('node:v8').setFlagsFromString('--no-liftoff');

exports.worker = (start) => {
  const { Worker } = require('node:worker_threads');
  const worker = new Worker(require.resolve('./NAME.cleave-worker.js'), { name: start.name });
  const thread = follow(worker, start, (take, fail) => {
    worker.on('message', take);
    worker.on('error', (error) => fail(String(error)));
    worker.on('exit', () => fail('the Worker exited'));
  });
  // A pool may be there for as long as the program: it does not keep it running.
  if (start.pool) worker.unref();
  return thread;
};

exports.parallelism = () => require('node:os').availableParallelism();
