// A program of which a Worker is the first thread to have to do with chunks, in an engine that does not wake it for what
// other threads do with a word of memory, as WebKitGTK does not always: it hears of what its threads ask all the same.
// Arguments: the program's JavaScript file. Ends with the line `all right`, or with an error.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
if (isMainThread) {
    const file = path.resolve(process.argv[2]);
    const { __wbg_wasm_module: module, __wbg_memory: memory } = require(file);
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { file, module, memory } });
    worker.on('exit', (code) => {
        if (code === 0) console.log('all right');
        process.exitCode = code;
    });
} else {
    const { waitAsync } = Atomics;
    let slept = 0;
    // Waits of the program's executor have no limit in time, those of the loader have.
    Atomics.waitAsync = (words, at, value, limit) => {
        if (limit === undefined) return waitAsync(words, at, value);
        slept += 1;
        return { async: true, value: new Promise(() => {}) };
    };
    const program = require(workerData.file);
    program.initSync(workerData);
    assert.equal(await program.initThreadPool(1), 1);
    const made = await program.make_in_pool(3);
    assert.equal(program.try_out(program.Kind.Object, made, 4)[0], 12);
    assert.equal(program.counted()[0], 1);
    assert.ok(slept > 0);
    process.exit();
}
