// Runs the program in Node: the main thread, and workers that get `{module, memory}` and nothing else.
// Arguments: the program's JavaScript file. Ends with the line `all right`, or with an error.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

if (!isMainThread) {
    const program = require(workerData.program);
    program.initSync({ module: workerData.module, memory: workerData.memory });
    const plain = (value) => (value instanceof Uint32Array ? [...value] : value);
    parentPort.on('message', async ({ name, args }) => {
        try {
            parentPort.postMessage({ value: plain(await program[name](...args)) });
        } catch (error) {
            parentPort.postMessage({ error: String(error?.stack ?? error) });
        }
    });
    parentPort.postMessage({ value: 'started' });
} else {
    run(process.argv[2]).then(
        () => {
            console.log('all right');
            process.exit(0);
        },
        (error) => {
            console.error(error);
            process.exit(1);
        },
    );
}

/// A worker that runs functions of the program one after the other.
async function start(file, program) {
    const workerData = { program: file, module: program.__wbg_wasm_module, memory: program.__wbg_memory };
    const worker = new Worker(__filename, { workerData });
    const waiting = [];
    worker.on('message', (answer) => waiting.shift()(answer));
    worker.on('error', (error) => waiting.splice(0).forEach((tell) => tell({ error: String(error) })));
    const answer = () =>
        new Promise((resolve, reject) =>
            waiting.push(({ value, error }) => (error === undefined ? resolve(value) : reject(new Error(error)))),
        );
    const started = answer();
    await started;
    const call = (name, ...args) => {
        const promise = answer();
        worker.postMessage({ name, args });
        return promise;
    };
    return Object.assign(call, { end: () => worker.terminate() });
}

async function run(file) {
    const program = require(file);
    const call = (name, ...args) => program[name](...args);
    const counted = () => [...call('counted')];
    assert.deepEqual(counted(), [0, 0, 0, 0], 'one chunk, of which nobody has heard');

    // One worker is parked before anybody has asked for the chunk, one has never loaded it.
    const [parked, fresh] = [await start(file, program), await start(file, program)];
    const fromParked = parked('park', 7);
    while (call('parked') === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal(call('is_loaded'), false);
    assert.equal(call('make_now', 1), 0);

    const object = await call('make', 6);
    assert.equal(call('is_loaded'), true);
    assert.deepEqual(counted(), [1, 1, 1, 0]);
    assert.deepEqual([...call('use_object', object, 50)], [300, 101, 1001, 2, 50]);

    call('send', object);
    assert.deepEqual(await fromParked, [42, 102, 1001, 50, 50], 'the parked thread');
    assert.deepEqual(counted(), [1, 2, 2, 1]);

    assert.deepEqual(await fresh('use_object', object, 9), [54, 103, 1001, 7, 50], 'the fresh thread');
    assert.deepEqual(await fresh('use_object', object, 10), [60, 104, 1002, 9, 50]);
    assert.deepEqual(counted(), [1, 3, 3, 2], 'a stub is called once');

    // A thread that starts later; function pointers and closures; and the other direction.
    const late = await start(file, program);
    assert.equal(await late('is_loaded'), true, 'it needs nothing from outside');
    assert.equal(await late('call_function', await call('pointer'), 21), 42);
    assert.equal(await late('call_closure', await call('closure', 5), 1), 6);
    const made = await late('make_now', 3);
    assert.notEqual(made, 0);
    assert.deepEqual([...call('use_object', made, 4)], [12, 105, 1002, 10, 50], 'made elsewhere');
    assert.equal(call('destroy', made), 3);
    assert.equal(await fresh('destroy', object), 9, 'dropped through a vtable');
    assert.deepEqual(counted(), [1, 4, 4, 3]);

    // Two threads load it explicitly at the same time: no fetch, and nothing is written again.
    const [one, two] = [await start(file, program), await start(file, program)];
    const objects = await Promise.all([one('make', 1), two('make', 2)]);
    assert.deepEqual([...call('use_object', objects[0], 1)], [1, 106, 1003, 4, 50]);
    assert.deepEqual([...call('use_object', objects[1], 1)], [2, 107, 1004, 1, 50]);
    assert.deepEqual(counted(), [1, 6, 6, 3]);
    assert.equal(await one('is_loaded'), true);
    await together(file, program);
    for (let round = 0; round < 20; round++) await race(file);
    await failure(file);
}

/// The program again, in a new memory.
function restart(file) {
    delete require.cache[require.resolve(file)];
    return require(file);
}

/// Several threads load the chunk for the first time, at once: its data must be written once.
async function race(file) {
    const program = restart(file);
    const workers = await Promise.all([1, 2, 3].map(() => start(file, program)));
    const all = [(...args) => program[args[0]](...args.slice(1)), ...workers];
    const counts = await Promise.all(
        all.map(async (call) => {
            const object = await call('make', 1);
            return (await call('use_object', object, 1))[1];
        }),
    );
    assert.deepEqual(counts.sort(), [101, 102, 103, 104]);
    const [fetches, compilations, instantiations] = program.counted();
    assert.ok(fetches >= 1 && fetches <= 4, `${fetches} fetches`);
    assert.deepEqual([compilations, instantiations], [4, 4]);
    await Promise.all(workers.map((call) => call.end()));
}

/// A load fails; the next one works, on another thread.
async function failure(file) {
    const program = restart(file);
    const folder = path.dirname(file);
    const chunks = fs.readdirSync(folder).filter((name) => name.endsWith('.wasm') && !name.startsWith('app_bg'));
    assert.equal(chunks.length, 1);
    const chunk = path.join(folder, chunks[0]);
    const worker = await start(file, program);
    fs.renameSync(chunk, chunk + '.away');
    try {
        await assert.rejects(program.make(1), { name: 'ChunkLoadError' });
        await assert.rejects(worker('make', 1), /ChunkLoadError/);
        assert.equal(program.is_loaded(), false);
    } finally {
        fs.renameSync(chunk + '.away', chunk);
    }
    const object = await worker('make', 2);
    assert.deepEqual([...program.use_object(object, 5)], [10, 101, 1001, 2, 5]);
    assert.deepEqual([...program.counted()], [3, 2, 2, 1]);
    await worker.end();
}

/// Many threads call an object for the first time, and all at once.
async function together(file, program) {
    const workers = [];
    for (let i = 0; i < 8; i++) workers.push(await start(file, program));
    const object = await program.make(11);
    const answers = await Promise.all(workers.map((call) => call('use_object', object, 1)));
    assert.deepEqual(
        answers.map(([times, , here]) => [times, here]),
        workers.map(() => [11, 1001]),
    );
    assert.deepEqual(
        answers.map(([, count]) => count).sort(),
        workers.map((_, i) => 108 + i),
    );
    assert.deepEqual([...program.counted()], [1, 14, 14, 11]);
}
