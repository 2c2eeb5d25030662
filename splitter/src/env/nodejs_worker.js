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
  try {
    // Gives stack and thread-local data back; nothing of the program may run here after it.
    instance?.__wbindgen_thread_destroy();
  } finally {
    parentPort.postMessage({ cleave: 'ended', why });
    process.exit();
  }
}

// What a future throws ends up here, as do rejections that nobody handles, since `run` never returns then.
process.on('uncaughtException', (error) => end(String(error)));
parentPort.on('messageerror', () => end('the engine could not hand over the module or the memory'));
parentPort.once('message', async ({ module, memory, stack, start, modules, port }) => {
  try {
    instance = initSync({ module, memory, thread_stack_size: stack });
    parentPort.postMessage({ cleave: 'started' });
    connection = port;
    await run(start, modules, port);
    end();
  } catch (error) {
    end(String(error));
  }
});
