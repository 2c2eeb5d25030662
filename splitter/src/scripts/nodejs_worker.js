// A thread of the program in Node.
const { parentPort } = require('node:worker_threads');
const { initSync, __cleave_thread: run } = require('./NAME.js');

const post = (message) => parentPort.postMessage(message);
const exit = () => process.exit();

// What a future throws ends up here, as do rejections that nobody handles, since `run` never returns then.
process.on('uncaughtException', (error) => end(String(error)));
parentPort.on('messageerror', () => end('the engine could not hand over the module or the memory'));
parentPort.once('message', begin);
