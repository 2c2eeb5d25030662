// The coordinator is a Worker that ends without a word: the first thread that waits for it in vain takes its place.
// Arguments: the program's JavaScript file. Ends with the line `all right`, or with an error.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
if (isMainThread) {
    const file = path.resolve(process.argv[2]);
    const program = require(file);
    const { __wbg_wasm_module: module, __wbg_memory: memory } = program;
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { file, module, memory } });
    await new Promise((resolve) => worker.once('message', resolve));
    await worker.terminate();
    const made = await program.make(program.Kind.Object, 3);
    assert.equal(program.try_out(program.Kind.Object, made, 4)[0], 12);
    assert.ok(program.coordinateThreads());
    console.log('all right');
} else {
    const program = require(workerData.file);
    program.initSync(workerData);
    assert.ok(program.coordinateThreads());
    parentPort.postMessage('coordinates');
}
