// Runs the scenario in Node: the main thread, and Workers that get `{ module, memory }` and nothing else.
// Arguments: the program's JavaScript file. Ends with the line `all right`, or with an error.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { answering, caller } from './calls.mjs';
import { run } from './scenario.mjs';

const require = createRequire(import.meta.url);
const [file] = isMainThread ? [path.resolve(process.argv[2])] : [workerData.file];

if (isMainThread) {
    try {
        await run({ program, fault, note: console.log });
        console.log('all right');
        process.exit(0);
    } catch (error) {
        console.error(error);
        process.exit(1);
    }
} else {
    const program = require(file);
    program.initSync({ module: workerData.module, memory: workerData.memory });
    const post = (message) => parentPort.postMessage(message);
    parentPort.on('message', answering(program, post));
    post({ value: 'started' });
}

/// The program in a new memory.
function program() {
    delete require.cache[require.resolve(file)];
    const program = require(file);
    const workers = [];
    const start = async () => {
        const workerData = { file, module: program.__wbg_wasm_module, memory: program.__wbg_memory };
        const worker = new Worker(fileURLToPath(import.meta.url), { workerData });
        workers.push(worker);
        const call = caller(worker);
        worker.on('message', call.hear);
        worker.on('error', (error) => call.fail(`${error}`));
        await call.answer();
        return call;
    };
    return { program, start, end: () => Promise.all(workers.map((worker) => worker.terminate())) };
}

/// Takes the chunks away, or brings them back.
function fault(kind) {
    const folder = path.dirname(file);
    for (const name of fs.readdirSync(folder)) {
        if (kind === 'missing' && name.endsWith('.wasm') && !name.endsWith('_bg.wasm')) {
            fs.renameSync(path.join(folder, name), path.join(folder, `${name}.away`));
        }
        if (kind === 'none' && name.endsWith('.away')) {
            fs.renameSync(path.join(folder, name), path.join(folder, name.slice(0, -'.away'.length)));
        }
    }
}
