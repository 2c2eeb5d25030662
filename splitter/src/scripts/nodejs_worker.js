// A thread of the program: an instance of its own in the memory of all, which runs one closure and exits.
const { parentPort } = require('node:worker_threads');
const { initSync, __cleave_thread: run } = require('./NAME.js');

let instance;
let connection;
let hasEnded = false;

function end(why) {
  if (hasEnded) return;
  hasEnded = true;
  connection?.close();
  // In a task of its own: the program's microtasks come first, since nothing of it may run here afterwards.
  setTimeout(() => {
    try {
      // Gives stack and thread-local data back, unless the thread has failed: then others may still use its stack, who
      // work on a part of its job for example.
      if (why === undefined) instance?.__wbindgen_thread_destroy();
    } finally {
      parentPort.postMessage({ cleave: 'ended', why });
      process.exit();
    }
  });
}

// What a future throws ends up here, as do rejections that nobody handles, since `run` never returns then.
process.on('uncaughtException', (error) => end(String(error)));
parentPort.on('messageerror', () => end('the engine could not hand over the module or the memory'));
parentPort.once('message', async ({ module, memory, room, start, modules, port }) => {
  try {
    instance = __cleave_begin({ module, memory, room });
    parentPort.postMessage({ cleave: 'started' });
    connection = port;
    await run(start, modules, port);
    end();
  } catch (error) {
    end(String(error));
  }
});
