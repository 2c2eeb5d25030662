// A thread of the program in a page.
import { initSync, __cleave_thread as run } from './NAME.js';

const post = (message) => postMessage(message);
const exit = () => close();

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
addEventListener('message', ({ data }) => begin(data), { once: true });
