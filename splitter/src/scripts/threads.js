
// Sends a Worker its start message and follows its thread: `ended` becomes undefined, the text of a failure, or null
// after `stop`. `listen` gets two functions: one takes the Worker's messages, the other the reason why it failed.
function follow(worker, start, listen) {
  const thread = {};
  thread.ended = new Promise((resolve) => {
    let hasStarted = false;
    let isToStop = false;
    // A Worker that takes its stack from the memory of all holds a lock: it is not ended before it has let it go.
    const stop = () => {
      if (isToStop && hasStarted) worker.terminate();
    };
    listen((data) => {
      if (data?.cleave === 'ended') resolve(data.why);
      if (data?.cleave === 'started') hasStarted = true;
      stop();
    }, resolve);
    thread.stop = () => {
      isToStop = true;
      stop();
      resolve(null);
    };
  });
  try {
    worker.postMessage(start, start.port ? [start.port] : []);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return thread;
}
