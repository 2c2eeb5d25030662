
// The life of a thread: an instance of its own in the memory of all, which runs one closure. `post` sends to the
// starter, `exit` ends the Worker.
let instance;
let connection;
let hasEnded = false;

async function begin({ module, memory, room, start, modules, port }) {
  try {
    instance = __cleave_begin({ module, memory, room });
    post({ cleave: 'started' });
    connection = port;
    await run(start, modules, port);
    end();
  } catch (error) {
    end(String(error));
  }
}

function end(why) {
  if (hasEnded) return;
  hasEnded = true;
  connection?.close();
  // In a task of its own: the program's microtasks come first, since nothing of it may run here afterwards.
  setTimeout(() => {
    try {
      // Gives stack and thread-local data back, unless the thread has failed: then other threads may still use its
      // stack, for example for a part of its job.
      if (why === undefined) instance?.__wbindgen_thread_destroy();
    } finally {
      post({ cleave: 'ended', why });
      exit();
    }
  });
}
