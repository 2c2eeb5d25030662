// A thread of the program: an instance of its own in the memory of all, which runs one closure and closes.
import { initSync, __cleave_thread as run } from './NAME.js';

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
      postMessage({ cleave: 'ended', why });
      close();
    }
  });
}

// What a future throws ends up here, long after `run` has returned, or never does.
addEventListener('error', (event) => {
  event.preventDefault();
  end(event.message);
});
addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  end(String(event.reason));
});
addEventListener('messageerror', () => end('the engine could not hand over the module or the memory'));
addEventListener(
  'message',
  async ({ data: { module, memory, room, start, modules, port } }) => {
    try {
      instance = __cleave_begin({ module, memory, room });
      postMessage({ cleave: 'started' });
      connection = port;
      await run(start, modules, port);
      end();
    } catch (error) {
      end(String(error));
    }
  },
  { once: true },
);
